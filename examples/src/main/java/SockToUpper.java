// pysocklib.md, services: what is received on one port leaves in capitals for another (-Dto=PORT).
import dev.weft.net.*;
import dev.weft.queue.*;

static final int PORT = Integer.getInteger("port", 12345);
static final int TO = Integer.getInteger("to", 12346);

void main() throws IOException {
    try (var in = Link.listen(Server.tcp("localhost", PORT)).asText().receiver();
            var out = Link.connect("localhost", TO).asText().sender();
            var upper = Services.map("upper", in.received(), out.toSend(), String::toUpperCase)) {
        upper.start();
        out.start();
        in.start().join();
    }
}
