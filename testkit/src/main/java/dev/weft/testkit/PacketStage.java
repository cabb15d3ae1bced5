package dev.weft.testkit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

import dev.weft.net.Address;
import dev.weft.net.Concurrency;
import dev.weft.net.DatagramBuilder;
import dev.weft.net.DatagramHandler;
import dev.weft.net.Server;
import dev.weft.net.spi.SocketSettings;

/** What a proof about datagrams needs: servers and clients on the transport under test. */
final class PacketStage extends Scene {
    private final DatagramSubject subject;

    PacketStage(DatagramSubject subject, Concurrency concurrency) {
        super(concurrency);
        this.subject = subject;
    }

    DatagramSubject subject() {
        return subject;
    }

    /** A server at a fresh address. */
    DatagramBuilder builder() {
        return builderAt(subject.addresses().get());
    }

    DatagramBuilder builderAt(Address address) {
        var builder = address.kind() == Address.Kind.INET ? Server.udp(address.host(), address.port())
                : Server.unixDatagrams(Path.of(address.host()));
        return builder.transport(subject.transport()).concurrency(concurrency()).observer(witness());
    }

    /** A server of this builder, wherever its handlers run. */
    Server open(DatagramBuilder builder, Portable.Datagrams handler) throws IOException {
        return keep(concurrency() instanceof Concurrency.Processes workers
                ? builder.concurrency(Portable.packed(handler, workers)).open(Portable.DatagramsThere.class)
                : builder.open(handler));
    }

    Server open(Portable.Datagrams handler) throws IOException {
        return open(builder(), handler);
    }

    Server serve(Portable.Datagrams handler) throws IOException {
        return open(handler).start();
    }

    Server serve(Class<? extends DatagramHandler> handler) throws IOException {
        return keep(builder().open(handler)).start();
    }

    /** A client that talks to one server. */
    PacketClient client(Server server) throws IOException {
        var channel = subject.transport().bind(subject.addresses().get(), new SocketSettings(Map.of(), 0, Optional.empty()));
        return keep(new PacketClient(channel, server.address()));
    }
}
