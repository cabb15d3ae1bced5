// pysocklib.md, client.py: receives for ever, through any number of connections, and prints every message.
import dev.weft.queue.*;

static final int PORT = Integer.getInteger("port", 12345);

void main() throws IOException {
    try (var client = Link.connect("localhost", PORT).asText().receiver();
            var logger = Services.sink("logger", client.received(), IO::println)) {
        logger.start();
        client.start().join();
    }
}
