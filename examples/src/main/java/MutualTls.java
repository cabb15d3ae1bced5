// TLS with client certificates: only a device with one of the devices' authority is let in, and greeted by its name.
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 8443);
static final Path FILES = Path.of(System.getProperty("files", "."));

void main() throws IOException {
    Server.tcp(PORT)
            .tls(Tls.server(FILES.resolve("server.pem"), FILES.resolve("server.key")).requireClients(FILES.resolve("devices-ca.pem")))
            .serve(c -> c.send("hello " + c.tls().orElseThrow().getPeerPrincipal().getName() + "\n"));
}
