package dev.weft.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import org.junit.jupiter.api.Assertions;

/** Waits for conditions of which nobody tells: looks again every millisecond, and fails after ten seconds. */
final class Eventually {
    private static final long PATIENCE = Duration.ofSeconds(10).toNanos();

    private Eventually() {}

    /** Returns as soon as the condition holds. */
    static void holds(String what, BooleanSupplier condition) {
        var began = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - began > PATIENCE) {
                Assertions.fail("did not come about in " + Duration.ofNanos(PATIENCE).toSeconds() + " s: " + what);
            }
            if (Thread.currentThread().isInterrupted()) {
                Assertions.fail("interrupted while waiting for: " + what);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
