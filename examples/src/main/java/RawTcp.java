// grpc-and-raw-tcp.md, tcp: the accept loop by hand, one connection at a time; it says how much came in the first read.
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 8000);

void main() throws IOException {
    try (var acceptor = Server.tcp("localhost", PORT).listen()) {
        while (true)
            try (var c = acceptor.accept()) {
                var data = c.receive(4096);
                if (data.length > 0) c.send("got " + data.length + " bytes");
            } catch (IOException e) {
                IO.println(e.getMessage());
            }
    }
}
