// A server message by message: each line comes back in capitals; no thread waits between two lines. Try: nc localhost 9999
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 9999);

void main() throws IOException {
    Server.tcp(PORT).serve(Framing.lines(), (line, c) -> c.send(line.toUpperCase() + "\n"));
}
