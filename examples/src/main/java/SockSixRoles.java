// pysocklib.md, the six classes side by side. Then a ClientSender sends four words, and a receiver's stop function ends it after three.
import dev.weft.net.*;
import dev.weft.queue.*;

static final int PORT = Integer.getInteger("port", 12345);

void main() throws IOException, InterruptedException {
    var serverReceiver = Link.listen(Server.tcp("localhost", PORT)).receiver();
    var serverSender = Link.listen(Server.tcp("localhost", PORT)).sender();
    var server = Link.listen(Server.tcp("localhost", PORT)).duplex();
    var clientReceiver = Link.connect("localhost", PORT).receiver();
    var clientSender = Link.connect("localhost", PORT).asText().sender();
    var client = Link.connect("localhost", PORT).duplex();
    var all = List.<Link>of(serverReceiver, serverSender, server, clientReceiver, clientSender, client);
    all.forEach(IO::println);

    var received = new LinkedBlockingQueue<String>();
    try (var three = Link.listen(Server.tcp("localhost", PORT)).asText().stopReceiving(() -> received.size() >= 3).receiver(received).start()) {
        clientSender.start();
        for (var word : List.of("one", "two", "three", "four")) clientSender.send(word);
        three.join();
        IO.println(received);
    }
    all.forEach(Link::close);
}
