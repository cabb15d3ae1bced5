// Pipelined's client: a thousand requests in one write, then a thousand answers. It prints "v7".
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 7379);

void main() throws IOException {
    try (var c = Connection.to("localhost", PORT).open()) {
        var lines = c.lines();
        lines.writeAll(IntStream.range(0, 1000).mapToObj(i -> "SET k" + i + " v" + i).toList());
        for (var i = 0; i < 1000; i++) lines.read();
        lines.write("GET k7");
        IO.println(lines.read());
    }
}
