// shutdown from a handler: the server is found without a reference to itself. The line "stop" ends the program.
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 9999);

void main() throws IOException {
    Server.tcp(PORT).serve(c -> { if (c.readLine().equals("stop")) Server.current().shutdown(); });
}
