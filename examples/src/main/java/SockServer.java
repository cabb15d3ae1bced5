// pysocklib.md, server.py: a message every five seconds, sent to whoever is connected, one at a time.
import dev.weft.net.*;
import dev.weft.queue.*;

static final int PORT = Integer.getInteger("port", 12345);

void main() throws IOException {
    var n = new AtomicInteger();
    try (var server = Link.listen(Server.tcp("localhost", PORT)).asText().sender();
            var generator = Services.source("generator", server.toSend(), Duration.ofSeconds(5), () -> "message " + n.incrementAndGet())) {
        generator.start();
        server.start().join();
    }
}
