package dev.weft.net;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;

/**
 * The clock of servers, connections, links and all else: every deadline, pause and periodic action asks it, so that a test can move the time by
 * hand ({@code dev.weft.testkit.ManualTime}). Safe for any thread.
 */
public interface TimeSource {
    /** A task that may still be called off. */
    @FunctionalInterface
    interface Scheduled {
        /** Calls it off; no effect when it ran or runs. */
        void cancel();
    }

    /** Nanoseconds that only go forward; only differences mean something ({@link System#nanoTime}). */
    long nanoTime();

    /** Runs a short task that never blocks, once, when so much time has passed; on a thread of the source's own. */
    Scheduled schedule(Duration delay, Runnable task);

    /** The time of day. Default: the machine's. */
    default Instant now() {
        return Instant.now();
    }

    /**
     * Has this thread do nothing for so long; zero or less is no wait. Default: a task of {@link #schedule} ends it.
     *
     * @throws InterruptedException when this thread is interrupted before or meanwhile; the interrupt is cleared
     */
    default void sleep(Duration duration) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (duration.isPositive()) {
            var over = new CountDownLatch(1);
            var scheduled = schedule(duration, over::countDown);
            try {
                over.await();
            } finally {
                scheduled.cancel();
            }
        }
    }

    /** The machine's own. */
    static TimeSource system() {
        return SystemTime.INSTANCE;
    }
}
