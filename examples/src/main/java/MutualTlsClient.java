// MutualTls's client: a device that trusts one authority and shows its own certificate. It prints the greeting.
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 8443);
static final Path FILES = Path.of(System.getProperty("files", "."));

void main() throws IOException {
    var tls = Tls.client().trust(FILES.resolve("ca.pem")).identity(FILES.resolve("device.pem"), FILES.resolve("device.key"));
    try (var c = Connection.to("localhost", PORT).tls(tls).open()) {
        IO.println(c.readLine());
    }
}
