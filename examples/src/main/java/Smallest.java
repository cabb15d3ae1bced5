// The smallest server: a connection sends a line and gets it back in capitals. Try: nc localhost 9999
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 9999);

void main() throws IOException {
    Server.tcp(PORT).serve(c -> c.send(c.readLine().toUpperCase()));
}
