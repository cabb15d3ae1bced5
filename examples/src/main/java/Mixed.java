// Line, raw and binary reads on one connection: a header line, a body of that length, then frames; each is answered with its length.
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 5004);

void main() throws IOException {
    Server.tcp(PORT).serve(c -> {
        var length = Integer.parseInt(c.readLine());
        var body = c.input().readNBytes(length);
        c.send("got " + body.length + "\n");
        for (var frame : c.frames(Framing.lengthPrefixed(2))) c.send("frame " + frame.length + "\n");
    });
}
