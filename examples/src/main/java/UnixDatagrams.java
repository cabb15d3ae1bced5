// A log sink on a Unix datagram socket, and its client, whose own address lets it be answered; needs the native transport (weft-linux).
import dev.weft.net.*;

static final Path SINK = Path.of(System.getProperty("socket", "log.sock"));

void main() throws IOException {
    var own = Path.of(SINK + ".client");
    try (var server = Server.unixDatagrams(SINK).option(WeftSocketOptions.UNIX_UNLINK, true).open(this::log).start();
            var client = Datagrams.unix(own)) {
        client.send("hello", server.address());
        IO.println(client.receive().text());
    } finally {
        Files.deleteIfExists(own);
    }
}

void log(Datagram d) throws IOException {
    IO.println(d.sender() + " wrote: " + d.text());
    d.reply("logged %d bytes".formatted(d.data().length));
}
