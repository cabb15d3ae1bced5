package dev.weft.workers;

import java.io.IOException;

import dev.weft.net.Address;
import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.PacketChannel;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.StreamChannel;
import dev.weft.net.spi.Transport;

/** The transport of a worker's server: to listen at an address is to be handed the connections or datagrams of the real server. */
final class WorkerTransport implements Transport {
    private final WorkerRequests requests;
    private final int socket;

    /** With the socket of the datagram server, or {@link SeqPacketSocket#NONE}. */
    WorkerTransport(WorkerRequests requests, int socket) {
        this.requests = requests;
        this.socket = socket;
    }

    @Override
    public String name() {
        return "worker";
    }

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public boolean streams(Address address) {
        return true;
    }

    @Override
    public boolean datagrams(Address address) {
        return true;
    }

    @Override
    public ListenerChannel listen(Address address, SocketSettings settings) {
        return new HandedListener(requests, address);
    }

    @Override
    public StreamChannel connect(Address remote, SocketSettings settings) {
        throw new UnsupportedOperationException(
                "the transport of a worker process serves only what it is handed: connect with another, such as Transports.named(\"nio\")");
    }

    @Override
    public PacketChannel bind(Address local, SocketSettings settings) throws IOException {
        return new HandedPackets(requests, local, socket);
    }
}
