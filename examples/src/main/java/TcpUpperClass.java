// python-socketserver.md 5.1, second form: a handler class, one object a connection; it reads a line, in as many recv as that takes.
// Seen as TcpUpper's, but the answer waits for the end of the line.
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 9999);

public static class Upper extends RequestHandler {
    @Override
    protected void handle() throws IOException {
        var line = connection().frames(Framing.lines(ISO_8859_1)).read().replaceAll("^\\s+|\\s+\\z", "");
        var data = line.getBytes(ISO_8859_1);
        IO.println(connection().remote().host() + " wrote:\nb'" + new String(data) + "'");
        for (var i = 0; i < data.length; i++) if ('a' <= data[i] && data[i] <= 'z') data[i] = (byte) Character.toUpperCase(data[i]);
        connection().send(data);
    }
}

void main() throws IOException {
    try (var server = Server.tcp("localhost", PORT).concurrency(Concurrency.sequential()).open(Upper.class)) {
        server.run();
    }
}
