// group-chat.md v1: one client, and "Your msg = " for each of its messages. It ends with the client.
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 9999);
static final Framing<String> TEXT = Framing.text(StandardCharsets.UTF_8).limit(1024);

void main() throws IOException {
    try (var server = Server.tcp("localhost", PORT).concurrency(Concurrency.sequential()).open(this::talk)) {
        server.handleRequest();
    }
}

void talk(Connection c) throws IOException {
    IO.println(c);
    var messages = c.frames(TEXT);
    for (var text : messages) messages.write("Your msg = " + text);
}
