// A handler's test: no port, no sleep. It prints "passed".
import dev.weft.net.*;

void main() throws IOException {
    try (var server = Server.at(Address.memory("upper")).open(c -> c.send(c.readLine().toUpperCase())).start();
            var c = Connection.to(server.address()).open()) {
        c.send("hello\n");
        IO.println(new String(c.input().readAllBytes()).equals("HELLO") ? "passed" : "failed");
    }
}
