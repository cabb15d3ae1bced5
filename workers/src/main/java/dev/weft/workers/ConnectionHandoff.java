package dev.weft.workers;

import java.io.IOException;

import dev.weft.linux.socket.EpollStream;
import dev.weft.linux.sys.Libc;
import dev.weft.net.Address;
import dev.weft.net.spi.StreamChannel;
import org.jspecify.annotations.Nullable;

/**
 * The handoff of a connection: its descriptor. The server keeps a duplicate, so that it can drop the connection. A connection that has no
 * descriptor of the epoll transport (TLS, memory, another transport) stays here, and the worker gets one end of a bridge to it.
 */
final class ConnectionHandoff implements Handoff {
    private static final int NOTHING = SeqPacketSocket.NONE;

    private final StreamChannel channel;
    private int kept = NOTHING;
    private boolean dropped;
    private @Nullable Bridge bridge;
    /** The worker that has the other end of the bridge; null before the bridge is opened. */
    private @Nullable Worker bridged;
    private boolean broken;

    ConnectionHandoff(StreamChannel channel) {
        this.channel = channel;
    }

    @Override
    public Address remote() {
        return channel.remote();
    }

    @Override
    public void handTo(Worker worker, int id) throws IOException {
        var descriptor = descriptor();
        worker.socket().send(WorkerProtocol.connection(id, channel.local().toString(), channel.remote().toString()), descriptor);
        synchronized (this) {
            if (bridge != null && bridged == null) {
                bridge.open(() -> broke(id));
            }
            bridged = worker;
            if (broken) { // while another worker had it, which ended before it read the request
                worker.breakOff(id);
            }
        }
    }

    private synchronized void broke(int id) {
        broken = true;
        if (bridged != null) {
            bridged.breakOff(id);
        }
    }

    private synchronized int descriptor() throws IOException {
        if (dropped) {
            throw new java.net.SocketException("the connection with " + remote() + " was aborted before a worker got it");
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
