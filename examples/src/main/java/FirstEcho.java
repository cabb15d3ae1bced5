// group-chat.md, the first program: two clients in turn, accepted by hand. The first is told "Your meg = " and its words,
// the second its words and "~@#".
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 60000);

void main() throws IOException {
    try (var acceptor = Server.tcp("127.0.0.1", PORT).listen(); var first = acceptor.accept()) {
        IO.println(first);
        first.send("Your meg = " + new String(first.receive(1024)));
        IO.println("=".repeat(30));
        try (var second = acceptor.accept()) {
            IO.println(second);
            second.frames(Framing.chunks()).writeAll(List.of(second.receive(1024), "~@#".getBytes()));
        }
    }
}
