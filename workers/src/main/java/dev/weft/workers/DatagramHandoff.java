package dev.weft.workers;

import java.io.IOException;

import dev.weft.net.Address;

/** The handoff of a datagram: its data are copied to the worker. */
final class DatagramHandoff implements Handoff {
    private final byte[] data;
    private final Address remote;
    private final boolean truncated;

    DatagramHandoff(byte[] data, Address remote, boolean truncated) {
        this.data = data;
        this.remote = remote;
        this.truncated = truncated;
    }

    @Override
    public Address remote() {
        return remote;
    }

    @Override
    public void handTo(Worker worker, int id) throws IOException {
        worker.socket().send(WorkerProtocol.datagram(id, data, remote.toString(), truncated), SeqPacketSocket.NONE);
    }

    @Override
    public void drop() {
        // There is no connection.
    }

    @Override
    public void served() {
        // Nothing is kept.
    }
}
