// python-socketserver.md 5.1, first form: recv, strip, upper, sendall; one connection at a time. It prints who wrote what.
// As Python's bytes do, it knows ASCII's letters and white space only: "héllo" is answered "HéLLO".
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 9999);

void main() throws IOException {
    Server.tcp("localhost", PORT).concurrency(Concurrency.sequential()).serve(this::upper);
}

void upper(Connection c) throws IOException {
    var data = strip(c.receive(1024));
    IO.println(c.remote().host() + " wrote:\nb'" + new String(data) + "'");
    c.send(upper(data));
}

byte[] strip(byte[] data) {
    return new String(data, ISO_8859_1).replaceAll("^\\s+|\\s+\\z", "").getBytes(ISO_8859_1);
}

byte[] upper(byte[] data) {
    for (var i = 0; i < data.length; i++) if ('a' <= data[i] && data[i] <= 'z') data[i] = (byte) Character.toUpperCase(data[i]);
    return data;
}
