// CPython's own test: readline, write back, in every model and on every transport. It prints "hello world" twelve times.
// To be run compiled, as the worker processes load the class too.
import dev.weft.net.*;

static final Path SOCKET = Path.of(System.getProperty("socket", "weft.sock"));

public static class Echo implements Handler {
    @Override
    public void handle(Connection c) throws IOException { c.send(c.readLine() + "\n"); }
}

void main() throws IOException {
    for (var how : List.of(Concurrency.sequential(), Concurrency.virtualThreads(), Concurrency.platformThreads(4), Concurrency.processes(2)))
        for (var where : List.of(Address.of("localhost", 0), Address.unix(SOCKET), Address.memory("test")))
            try (var server = Server.at(where).concurrency(how).open(Echo.class).start(); var c = Connection.to(server.address()).open()) {
                c.send("hello world\n");
                IO.println(c.readLine());
            } finally {
                Files.deleteIfExists(SOCKET);
            }
}
