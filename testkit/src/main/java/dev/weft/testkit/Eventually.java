package dev.weft.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import dev.weft.net.TimeSource;
import org.junit.jupiter.api.Assertions;

/** Waits for conditions of which nobody tells: looks again every millisecond, and fails after ten seconds, or another time. */
final class Eventually {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private Eventually() {}

    /** Returns as soon as the condition holds. */
    static void holds(String what, BooleanSupplier condition) {
        holds(PATIENCE, what, condition);
    }

    static void holds(Duration patience, String what, BooleanSupplier condition) {
        var time = TimeSource.system();
        var began = time.nanoTime();
        while (!condition.getAsBoolean()) {
            if (time.nanoTime() - began > patience.toNanos()) {
                Assertions.fail("did not come about in " + patience.toSeconds() + " s: " + what);
            }
            if (Thread.currentThread().isInterrupted()) {
                Assertions.fail("interrupted while waiting for: " + what);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
