// grpc-and-raw-tcp.md, tcp, a client of RawTcp: sends its arguments, prints the answer, up to the end of the connection.
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 8000);

void main(String[] args) throws IOException {
    try (var c = Connection.to("localhost", PORT).open()) {
        c.send(String.join(" ", args));
        IO.println(new String(c.input().readAllBytes()));
    }
}
