package dev.weft.workers;

import java.io.IOException;
import java.net.SocketOption;
import java.util.Optional;

import dev.weft.linux.socket.LinuxPackets;
import dev.weft.linux.sys.Libc;
import dev.weft.linux.sys.Sockets;
import dev.weft.net.Address;
import dev.weft.net.spi.PacketChannel;

/** The datagrams that this worker is handed. The parent receives them; answers are sent by the parent's socket. */
final class HandedPackets implements PacketChannel {
    private final WorkerRequests requests;
    private final Address local;
    private final int socket;
    private final int family;

    HandedPackets(WorkerRequests requests, Address local, int socket) throws IOException {
        this.requests = requests;
        this.local = local;
        this.socket = socket;
        family = Sockets.familyOf(socket);
    }

    @Override
    public Optional<Packet> receive(byte[] into) throws IOException {
        return requests.nextPacket(into);
    }

    @Override
    public boolean send(byte[] data, Address to) throws IOException {
        var sent = LinuxPackets.send(socket, family, data, to);
        if (sent) {
            requests.count(0, data.length);
        }
        return sent;
    }

    @Override
    public void awaitReadable() throws IOException {
        requests.await();
    }

    /** When the full queue is that of a Unix peer, poll(2) returns at once, so this only pauses; the caller then tries again. */
    @Override
    public void awaitWritable() throws IOException {
        if (family == Libc.AF_UNIX) {
            LinuxPackets.rest(this);
            return;
        }
        requests.awaitWritable(socket);
    }

    @Override
    public Address local() {
        return local;
    }

    @Override
    public void wake() {
        requests.wake();
    }

    @Override
    public void close() {
        // The socket is the parent's; this process's descriptor of it ends with the process.
    }

    @Override
    public UnsupportedOperationException noOption(SocketOption<?> option) {
        return HandedListener.unsupported(option);
    }
}
