// python-socketserver.md 5.3: a server on a daemon thread and a port of the system's choice, three clients in turn, shutdown.
// It prints the loop's thread, then "Received: Thread-1: Hello World 1" and so on: each request has a thread with a name.
import dev.weft.net.*;

void main() throws IOException {
    try (var server = Server.tcp("localhost", 0).name("Thread").open(this::answer)) {
        var loop = Thread.ofPlatform().daemon().name("Thread-0").start(server::run);
        IO.println("Server loop running in thread: " + loop.getName());
        for (var i = 1; i <= 3; i++) ask(server.address(), "Hello World " + i);
        server.shutdown();
    }
}

void answer(Connection c) throws IOException {
    c.send(Thread.currentThread().getName() + ": " + new String(c.receive(1024)));
}

void ask(Address server, String message) throws IOException {
    try (var c = Connection.to(server).open()) {
        c.send(message);
        IO.println("Received: " + new String(c.receive(1024)));
    }
}
