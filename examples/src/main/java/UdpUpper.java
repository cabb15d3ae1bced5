// python-socketserver.md 5.2: the same over UDP, where there is no connection and each datagram is answered to its sender.
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 9999);

void main() throws IOException {
    Server.udp("localhost", PORT).concurrency(Concurrency.sequential()).serve(this::upper);
}

void upper(Datagram d) throws IOException {
    var data = new String(d.data(), ISO_8859_1).replaceAll("^\\s+|\\s+\\z", "").getBytes(ISO_8859_1);
    IO.println(d.sender().host() + " wrote:\nb'" + new String(data) + "'");
    for (var i = 0; i < data.length; i++) if ('a' <= data[i] && data[i] <= 'z') data[i] = (byte) Character.toUpperCase(data[i]);
    d.reply(data);
}
