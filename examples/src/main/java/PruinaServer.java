// pruina-socket.md, server and hooks: "client msg" is printed with the server's name and sent back as "server response".
import dev.weft.message.*;
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", Messages.PORT);

void main() throws IOException {
    var messages = new Messages().on("client msg", (m, client) -> {
        IO.println(client.localName() + ": get '" + m.text() + "'");
        client.send("server response", m.data());
    });
    try (var server = messages.open(Server.tcp("localhost", PORT))) {
        server.run();
    }
}
