package dev.weft.rpc;

import java.time.Duration;

/** Durations in nanoseconds. */
final class Nanos {
    /** Nobody waits longer: more would not fit into a long beside the clock. */
    private static final Duration LONGEST = Duration.ofDays(365 * 100L);

    private Nanos() {}

    static long of(Duration time) {
        if (time.isNegative()) {
            return 0;
        }
        return time.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : time.toNanos();
    }
}
