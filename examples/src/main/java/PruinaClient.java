// pruina-socket.md, the client: it says "hello world!", prints the response with its own name, and goes on until the server ends.
import dev.weft.message.*;
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", Messages.PORT);

void main() throws IOException {
    var messages = new Messages().on("server response", (m, server) -> IO.println(server.localName() + ": get '" + m.text() + "'"));
    try (var peer = messages.open(Connection.to("localhost", PORT))) {
        peer.send("client msg", "hello world!");
        peer.join();
    }
}
