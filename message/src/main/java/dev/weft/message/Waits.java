package dev.weft.message;

import java.time.Duration;

/** Durations as waits. */
final class Waits {
    /** A century: as long as for ever, and safe to add to a clock. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private Waits() {}

    static long nanos(Duration d) {
        return (d.compareTo(LONGEST) < 0 ? d : LONGEST).toNanos();
    }
}
