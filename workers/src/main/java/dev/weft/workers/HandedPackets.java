package dev.weft.workers;

import java.io.IOException;
import java.net.SocketOption;
import java.util.Optional;
import java.util.Set;

import dev.weft.linux.socket.LinuxPackets;
import dev.weft.linux.sys.Libc;
import dev.weft.linux.sys.Sockets;
import dev.weft.net.Address;
import dev.weft.net.spi.PacketChannel;

/** A worker's datagrams: received by its parent and handed over, answered by the parent's own socket. */
final class HandedPackets implements PacketChannel {
    private final Jobs jobs;
    private final Address local;
    private final int socket;
    private final int family;

    HandedPackets(Jobs jobs, Address local, int socket) throws IOException {
        this.jobs = jobs;
        this.local = local;
        this.socket = socket;
        family = Sockets.familyOf(socket);
    }

    @Override
    public Optional<Packet> receive(byte[] into) throws IOException {
        return jobs.nextPacket(into);
    }

    @Override
    public boolean send(byte[] data, Address to) throws IOException {
        var sent = LinuxPackets.send(socket, family, data, to);
        if (sent) {
            jobs.count(0, data.length);
        }
        return sent;
    }

    @Override
    public void awaitReadable() throws IOException {
        jobs.await();
    }

    /** Where a Unix peer's queue is what is full, this comes back at once; the worker has nothing better to do than to try again. */
    @Override
    public void awaitWritable() throws IOException {
        if (family == Libc.AF_UNIX) {
            LinuxPackets.rest(this);
            return;
        }
        jobs.awaitWritable(socket);
    }

    @Override
    public Address local() {
        return local;
    }

    @Override
    public void wake() {
        jobs.wake();
    }

    @Override
    public void close() {
        // The socket is the parent's; here it ends with the process.
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return Set.of();
    }

    @Override
    public <T> void option(SocketOption<T> option, T value) {
        throw HandedListener.unsupported(option);
    }

    @Override
    public <T> T option(SocketOption<T> option) {
        throw HandedListener.unsupported(option);
    }
}
