// group-chat.md v6: a client that crashes is logged and treated as one that has left.
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 9999);
static final Framing<String> TEXT = Framing.text(Charset.forName("GBK")).limit(1024);
final Group<String> clients = new Group<>(TEXT);

void main() throws IOException {
    try (var server = Server.tcp("localhost", PORT).open(this::talk).start()) {
        while (IO.readln(">>>") instanceof String line && !line.equals("quit")) {
            IO.println(server.threads().size());
            server.threads().forEach(IO::println);
            IO.println(clients.members().stream().map(Connection::remote).toList());
        }
    }
}

void talk(Connection c) {
    if (clients.join(c)) IO.println(c);
    try {
        for (var text : c.frames(TEXT)) {
            if (text.equals("quit")) break;
            clients.send("[%tF %<tT] %s %s".formatted(LocalDateTime.now(), c.remote(), text));
        }
    } catch (UncheckedIOException e) {
        IO.println("ERROR " + e.getCause().getMessage());
    }
    IO.println("('%s', %d) bye bye".formatted(c.remote().host(), c.remote().port()));
}
