// python-socketserver.md 5.2, the client: java UdpClient.java hello world prints what was sent and what came back.
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 9999);

void main(String[] args) throws IOException {
    var data = String.join(" ", args);
    try (var udp = Datagrams.udp()) {
        udp.send(data + "\n", Address.of("localhost", PORT));
        var received = udp.receive().text();
        IO.println("Sent:     " + data);
        IO.println("Received: " + received);
    }
}
