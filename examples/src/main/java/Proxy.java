// A TCP proxy from -Dport to -Dto: two directions, two threads, half-close passed on.
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 8080);
static final int TO = Integer.getInteger("to", 80);

void main() throws IOException {
    Server.tcp(PORT).serve(client -> {
        try (var upstream = Connection.to("localhost", TO).open()) {
            var up = Thread.startVirtualThread(() -> pump(client, upstream));
            pump(upstream, client);
            up.join();
        }
    });
}

void pump(Connection from, Connection to) {
    try {
        from.input().transferTo(to.output());
        to.shutdownOutput();
    } catch (IOException e) {
        to.abort();
    }
}
