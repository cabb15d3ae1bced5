// group-chat.md v3: as v2, and the loop asks whether the server still runs. The stop event is the connection's own:
// awaitMessage says false once the server stops, or the client has gone.
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
    while (c.awaitMessage()) {
        messages.write("[%tF %<tT] %s %s".formatted(LocalDateTime.now(), c.remote(), messages.read()));
    }
}
