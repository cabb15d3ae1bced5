package dev.weft.workers;

import java.io.IOException;

import dev.weft.net.Address;
import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.PacketChannel;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.StreamChannel;
import dev.weft.net.spi.Transport;

/** The transport of a worker's own server: "listening" at an address is to be handed that server's connections or datagrams. */
final class WorkerTransport implements Transport {
    private final Jobs jobs;
    private final int socket;

    /** With the datagram server's socket, or {@link Courier#NONE}. */
    WorkerTransport(Jobs jobs, int socket) {
        this.jobs = jobs;
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
        return new HandedListener(jobs, address);
    }

    @Override
    public StreamChannel connect(Address remote, SocketSettings settings) {
        throw new UnsupportedOperationException("this transport is for what a worker is handed");
    }

    @Override
    public PacketChannel bind(Address local, SocketSettings settings) throws IOException {
        return new HandedPackets(jobs, local, socket);
    }
}
