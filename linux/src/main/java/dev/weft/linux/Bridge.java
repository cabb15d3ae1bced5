package dev.weft.linux;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import dev.weft.net.spi.StreamChannel;

/**
 * Carries the bytes of a connection that can't be handed to another process to a socket that can: one virtual thread for each direction. TLS
 * ends here, so that keys stay in the parent.
 */
final class Bridge {
    private static final int ROOM = 16 * 1024;
    /** How long bytes that the worker has written may stand still at a peer that doesn't take them, once the worker is done. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final StreamChannel outer;
    private final StreamChannel inner;
    private final List<Thread> carriers = new ArrayList<>(2);
    private volatile boolean over;
    private final AtomicLong carriedOut = new AtomicLong();

    /** Between a peer's connection and our end of the socket whose other end a worker has. */
    Bridge(StreamChannel outer, StreamChannel inner) {
        this.outer = outer;
        this.inner = inner;
    }

    void open() {
        carriers.add(Thread.ofVirtual().name("weft-bridge-in").start(() -> carry(outer, inner, false)));
        carriers.add(Thread.ofVirtual().name("weft-bridge-out").start(() -> carry(inner, outer, true)));
    }

    /** The end of one side becomes the end of the other; a break of one becomes the other's. */
    private void carry(StreamChannel from, StreamChannel to, boolean out) {
        var buffer = new byte[ROOM];
        try {
            while (true) {
                var n = from.read(buffer, 0, buffer.length);
                if (n < 0) {
                    to.shutdownOutput();
                    return;
                }
                if (n > 0) {
                    write(to, buffer, n);
                    carriedOut.addAndGet(out ? n : 0);
                } else if (over && !out) {
                    return;
                } else {
                    from.awaitReadable();
                }
            }
        } catch (IOException e) {
            if (!over) {
                from.abort();
                to.abort();
            }
        }
    }

    private void write(StreamChannel to, byte[] buffer, int length) throws IOException {
        for (int sent = 0; sent < length;) {
            var n = to.write(buffer, sent, length - sent);
            sent += n;
            if (n == 0) {
                to.awaitWritable();
            }
        }
        while (!to.flush()) {
            to.awaitWritable();
        }
    }

    /** Drops both sides. */
    void cut() {
        inner.abort();
        outer.abort();
    }

    /** The worker is done: what it has written still goes out, as long as the peer takes it. */
    void finish() {
        over = true;
        outer.wake();
        try {
            if (carriers.size() == 2) {
                var carrier = carriers.get(1);
                for (long before = -1; !carrier.join(PATIENCE) && before != carriedOut.get();) {
                    before = carriedOut.get();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            inner.close();
            carriers.forEach(Thread::interrupt);
        }
    }
}
