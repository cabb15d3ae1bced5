// Two servers, one set of house rules: a plain method, no type parameters. On the port it says "a", on the Unix socket "b"; enter stops.
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 7003);
static final Path SOCKET = Path.of(System.getProperty("socket", "house.sock"));

StreamBuilder house(StreamBuilder b) {
    return b.backlog(100).deadlines(Deadlines.defaults().idle(Duration.ofMinutes(1)));
}

void main() throws IOException {
    var unix = Server.unix(SOCKET).option(WeftSocketOptions.UNIX_UNLINK, true);
    try (var a = house(Server.tcp(PORT)).open(c -> c.send("a")).start(); var b = house(unix).open(c -> c.send("b")).start()) {
        IO.readln("enter to stop " + a + " and " + b + "\n");
    }
}
