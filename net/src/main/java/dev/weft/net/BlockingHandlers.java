package dev.weft.net;

import java.time.Duration;

/**
 * Whether the handler of a server is known to block. Its messages then run on virtual threads, so that a thousand of them that block at once cost a
 * thousand virtual threads, and hold up nobody. After a time without such a sight it is tried again. For any thread.
 */
final class BlockingHandlers {
    /** A lock that is held for a moment, a class that is loaded: all handlers wait now and then. */
    private static final int SIGHTS = 3;
    private static final long MEMORY_NANOS = Duration.ofSeconds(10).toNanos();

    private final TimeSource time = TimeSource.system();
    private int sights;
    private volatile boolean known;
    private long until;

    /** Its thread was found waiting. */
    synchronized void seen() {
        sights++;
        if (sights >= SIGHTS) {
            until = time.nanoTime() + MEMORY_NANOS;
            known = true;
        }
    }

    /** Whether its next message is expected to block. */
    boolean expected() {
        return known && stillExpected();
    }

    private synchronized boolean stillExpected() {
        if (time.nanoTime() - until >= 0) {
            known = false;
            sights = 0;
        }
        return known;
    }
}
