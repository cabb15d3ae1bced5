// pruina-socket.md, the first example: server and client in one program, each with a hook for what the other sends. It prints
// "server: get 'hello world!'" and "client: get 'hello world!'".
import dev.weft.message.*;
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", Messages.PORT);

void main() throws IOException, InterruptedException {
    var answered = new CountDownLatch(1);
    var atServer = new Messages().on("client msg", (m, client) -> {
        IO.println(client.localName() + ": get '" + m.text() + "'");
        client.send("server response", m.data());
    });
    var atClient = new Messages().on("server response", (m, server) -> {
        IO.println(server.localName() + ": get '" + m.text() + "'");
        answered.countDown();
    });
    try (var server = atServer.open(Server.tcp("localhost", PORT)).start(); var peer = atClient.open(Connection.to(server.address()))) {
        peer.send("client msg", "hello world!");
        answered.await();
    }
}
