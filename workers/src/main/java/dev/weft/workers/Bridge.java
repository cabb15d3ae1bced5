package dev.weft.workers;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import dev.weft.net.spi.StreamChannel;

/**
 * Copies bytes between a connection that can't be handed to another process and a socket that can, with one virtual thread for each direction. TLS
 * ends here, so the keys stay in the parent.
 */
final class Bridge {
    private static final int ROOM = 16 * 1024;
    /** How long the peer may take none of what the worker has written, once the worker has reported. The machine's time, as it is a peer's. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final StreamChannel outer;
    private final StreamChannel inner;
    private final List<Thread> carriers = new ArrayList<>(2);
    private volatile boolean over;
    private final AtomicLong carriedOut = new AtomicLong();

    /** Between a peer's connection and the server's end of the socket to a worker. */
    Bridge(StreamChannel outer, StreamChannel inner) {
        this.outer = outer;
        this.inner = inner;
    }

    /** Starts copying. Runs {@code broken} when the peer breaks the connection off, which the worker's end of a Unix socket would see as an end. */
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
                return; // the worker has closed, or has ended: it takes no more, but what it has written is still sent
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
                n = -1; // it closed with bytes unread, or has ended, which the wait for its report tells
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

    /** Aborts both connections. */
    void cut() {
        outer.abort(); // first, or the thread that copies to the peer sees the inner end and sends the peer an end before the reset
        inner.abort();
    }

    /** The worker has reported: waits while the peer takes what the worker has written, then closes. */
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
