// A receiver without a queue in sight: nothing is lost, and a message is done when the next is asked for. The sender's counterpart
// delivers at least once, too.
import dev.weft.net.*;
import dev.weft.queue.*;

static final int PORT = Integer.getInteger("port", 12345);
static final Path FILES = Path.of(System.getProperty("files", "."));

void main() throws IOException {
    var sender = Connection.to("localhost", PORT).tls(Tls.client().trust(FILES.resolve("ca.pem")));
    try (var orders = Link.connect(sender).as(Framing.lengthPrefixed(4)).delivery(Delivery.AT_LEAST_ONCE)
            .reconnect(Backoff.exponential(Duration.ofMillis(100), Duration.ofSeconds(30))).receiver().start()) {
        for (var order : orders) IO.println(order.length);
    }
}
