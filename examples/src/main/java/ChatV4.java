// group-chat.md v4: what one says goes to all, the speaker included. A group is the list of clients: it may change while it is sent to,
// who ends has left, and who reads slowly delays nobody.
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 9999);
static final Framing<String> TEXT = Framing.text(Charset.forName("GBK")).limit(1024);
final Group<String> clients = new Group<>(TEXT);

void main() throws IOException {
    try (var server = Server.tcp("localhost", PORT).open(this::talk).start()) {
        while (IO.readln(">>>") instanceof String line && !line.equals("quit")) {
            IO.println(server.threads().size());
            server.threads().forEach(IO::println);
            IO.println(clients.members());
        }
    }
}

void talk(Connection c) throws IOException {
    if (clients.join(c)) IO.println(c);
    var messages = c.frames(TEXT);
    while (c.awaitMessage()) {
        clients.send("[%tF %<tT] %s %s".formatted(LocalDateTime.now(), c.remote(), messages.read()));
    }
}
