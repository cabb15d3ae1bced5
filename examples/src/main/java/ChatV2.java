// group-chat.md v2: a thread accepts, and each client has one. Who writes is told its own words with the time and its address, in GBK.
// At the prompt "quit" ends it; anything else lists the threads.
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 9999);
static final Framing<String> TEXT = Framing.text(Charset.forName("GBK")).limit(1024);

void main() throws IOException {
    try (var server = Server.tcp("localhost", PORT).open(this::talk).start()) {
        while (IO.readln(">>>") instanceof String line && !line.equals("quit")) {
            IO.println(server.threads().size());
            server.threads().forEach(IO::println);
        }
    }
}

void talk(Connection c) throws IOException {
    IO.println(c);
    var messages = c.frames(TEXT);
    while (true) {
        messages.write("[%tF %<tT] %s %s".formatted(LocalDateTime.now(), c.remote(), messages.read()));
    }
}
