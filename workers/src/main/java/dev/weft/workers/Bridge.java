package dev.weft.workers;

import java.io.IOException;
import java.io.InterruptedIOException;
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

    /** When the peer breaks the connection off, the worker is told so: to a Unix socket's other end a break looks like an end. */
    void open(Runnable broken) {
        carriers.add(Thread.ofVirtual().name("weft-bridge-in").start(() -> carryIn(broken)));
        carriers.add(Thread.ofVirtual().name("weft-bridge-out").start(() -> carryOut(broken)));
    }

    private void carryIn(Runnable broken) {
        var buffer = new byte[ROOM];
        while (true) {
            int n;
            try {
                n = outer.read(buffer, 0, buffer.length);
                if (n == 0) {
                    if (over) {
                        return;
                    }
                    outer.awaitReadable();
                    continue;
                }
            } catch (IOException e) {
                breakOff(broken);
                return;
            }
            try {
                if (n < 0) {
                    inner.shutdownOutput();
                    return;
                }
                write(inner, buffer, n);
            } catch (IOException e) {
                return; // the worker has closed, or is gone: it wants no more, but what it has written still goes out
            }
        }
    }

    private void carryOut(Runnable broken) {
        var buffer = new byte[ROOM];
        while (true) {
            int n;
            try {
                n = inner.read(buffer, 0, buffer.length);
                if (n == 0) {
                    inner.awaitReadable();
                    continue;
                }
            } catch (InterruptedIOException e) {
                return; // by finish
            } catch (IOException e) {
                n = -1; // it closed with bytes unread, or is gone, of which whoever waits for its report is told
            }
            try {
                if (n < 0) {
                    outer.shutdownOutput();
                    return;
                }
                write(outer, buffer, n);
                carriedOut.addAndGet(n);
            } catch (IOException e) {
                breakOff(broken);
                return;
            }
        }
    }

    private void breakOff(Runnable broken) {
        if (!over) {
            outer.abort();
            broken.run();
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
