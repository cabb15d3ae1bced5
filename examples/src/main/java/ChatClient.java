// group-chat.md, the client: a thread prints what comes, the console is sent, "quit" ends it. Every second it knocks at a server
// that is not there yet, or was lost. In the charset of the chats above; with -Dencoding=UTF-8 for others.
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 9999);
static final Framing<String> TEXT = Framing.text(Charset.forName(System.getProperty("encoding", "GBK")));
final Group<String> server = new Group<>(TEXT);
final CountDownLatch connected = new CountDownLatch(1);

void main() throws InterruptedException {
    Thread.ofVirtual().name("recv").start(this::receive);
    connected.await();
    while (IO.readln(">>>") instanceof String line && !line.strip().equals("quit")) server.send(line.strip());
}

void receive() {
    while (true) {
        try (var c = Connection.to("localhost", PORT).open()) {
            server.join(c);
            server.send("say hello");
            connected.countDown();
            c.frames(TEXT).forEach(IO::println);
        } catch (IOException | UncheckedIOException e) {
            IO.println(e.getMessage());
        }
        LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
    }
}
