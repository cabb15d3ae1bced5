package dev.weft.net;

import java.time.Duration;

/**
 * Where time enters: every deadline, pause and periodic action of a server or connection asks this, so that a test can move the time by hand
 * ({@code dev.weft.testkit.ManualTime}). Safe for any thread.
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

    /** The machine's own. */
    static TimeSource system() {
        return SystemTime.INSTANCE;
    }
}
