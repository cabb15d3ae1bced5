package dev.weft.workers;

import java.io.IOException;

import dev.weft.net.Address;

/** A datagram: all of it travels. */
final class DatagramParcel implements Parcel {
    private final byte[] data;
    private final Address remote;
    private final boolean truncated;

    DatagramParcel(byte[] data, Address remote, boolean truncated) {
        this.data = data;
        this.remote = remote;
        this.truncated = truncated;
    }

    @Override
    public Address remote() {
        return remote;
    }

    @Override
    public void handTo(Worker worker, int job) throws IOException {
        worker.line().send(Letters.datagram(job, data, remote.toString(), truncated), Courier.NONE);
    }

    @Override
    public void drop() {
        // Its handler holds nothing that could be taken from it.
    }

    @Override
    public void served() {
        // Nothing was kept.
    }
}
