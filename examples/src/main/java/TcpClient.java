// python-socketserver.md 5.1, the client: java TcpClient.java hello world with TCP
// prints "Sent:     hello world with TCP" and "Received: HELLO WORLD WITH TCP".
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 9999);

void main(String[] args) throws IOException {
    var data = String.join(" ", args);
    try (var c = Connection.to("localhost", PORT).open()) {
        c.send(data + "\n");
        var received = new String(c.receive(1024));
        IO.println("Sent:     " + data);
        IO.println("Received: " + received);
    }
}
