// Readings (a short and a double) without a framing: any parser on the stream, yet one deadline for a whole message. Answers 01 or 00.
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 5002);

void main() throws IOException {
    Server.tcp(PORT).deadlines(Deadlines.defaults().message(Duration.ofSeconds(5))).serve(c -> {
        var in = new DataInputStream(c.input());
        while (c.awaitMessage()) {
            var sensor = in.readShort();
            var value = in.readDouble();
            c.output().write(sensor > 0 && value < 100 ? 1 : 0);
        }
    });
}
