package dev.weft.workers;

import java.io.IOException;

import dev.weft.linux.socket.EpollStream;
import dev.weft.linux.sys.Libc;
import dev.weft.net.Address;
import dev.weft.net.spi.StreamChannel;
import org.jspecify.annotations.Nullable;

/**
 * A connection: its descriptor, a duplicate of which is kept so that the connection can be dropped. One that is no descriptor of this
 * transport, but TLS or memory or another's, stays here, and the worker gets one end of a bridge to it.
 */
final class ConnectionParcel implements Parcel {
    private static final int NOTHING = Courier.NONE;

    private final StreamChannel channel;
    private int kept = NOTHING;
    private boolean dropped;
    private @Nullable Bridge bridge;
    /** Who has the far end of the bridge: nobody before it is opened. */
    private @Nullable Worker beyond;
    private boolean broken;

    ConnectionParcel(StreamChannel channel) {
        this.channel = channel;
    }

    @Override
    public Address remote() {
        return channel.remote();
    }

    @Override
    public void handTo(Worker worker, int job) throws IOException {
        var descriptor = descriptor();
        worker.line().send(Letters.connection(job, channel.local().toString(), channel.remote().toString()), descriptor);
        synchronized (this) {
            if (bridge != null && beyond == null) {
                bridge.open(() -> broke(job));
            }
            beyond = worker;
            if (broken) { // while it was in the hands of a worker that died before it read of it
                worker.breakOff(job);
            }
        }
    }

    private synchronized void broke(int job) {
        broken = true;
        if (beyond != null) {
            beyond.breakOff(job);
        }
    }

    private synchronized int descriptor() throws IOException {
        if (dropped) {
            throw new java.net.SocketException("the connection with " + remote() + " was dropped before a worker had it");
        }
        if (kept == NOTHING) {
            if (channel instanceof EpollStream stream) {
                kept = stream.handOver();
            } else {
                var pair = SocketPair.open(Libc.SOCK_STREAM);
                kept = pair.other();
                bridge = new Bridge(channel, EpollStream.accepted(pair.one(), Libc.AF_UNIX, channel.remote(), channel.local()));
            }
        }
        return kept;
    }

    @Override
    public synchronized void drop() {
        dropped = true;
        if (bridge != null) {
            bridge.cut();
        }
        if (kept != NOTHING) {
            try {
                HandedStream.reset(kept);
            } catch (IOException e) {
                // It is broken already.
            }
        }
    }

    @Override
    public void served() {
        Bridge crossed;
        synchronized (this) {
            if (kept != NOTHING) {
                Libc.close(kept);
                kept = NOTHING;
            }
            crossed = bridge;
        }
        if (crossed != null) {
            crossed.finish();
        }
    }
}
