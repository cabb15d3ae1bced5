// SIGTERM drains: each line is a number of milliseconds to work, what is begun is finished, and the peer is told. What did not end
// in twenty seconds would be printed with its stack.
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 9999);

void main() throws IOException {
    try (var server = Server.tcp(PORT).open(this::work)) {
        server.drainOnExit(Duration.ofSeconds(20), IO::println);
        server.run();
    }
}

void work(Connection c) throws Exception {
    for (var line : c.lines()) {
        Thread.sleep(Long.parseLong(line));
        c.send("slept " + line + "\n");
    }
    if (c.draining()) c.send("BYE the server is going down\n");
}
