package dev.weft.queue;

import java.time.Duration;

import dev.weft.net.Connection;
import dev.weft.net.Deadlines;

/** How long waits last. */
final class Waits {
    /** A century: as long as for ever, and safe to add to a clock. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private Waits() {}

    /** As a clock counts it. */
    static long nanos(Duration d) {
        return (d.compareTo(LONGEST) < 0 ? d : LONGEST).toNanos();
    }

    /**
     * A full queue makes the other end wait for as long as it takes, so a link whose deadlines nobody has set has none for writing; {@code timeout}
     * may say otherwise.
     */
    static void limit(Connection connection, Duration timeout) {
        var own = connection.deadlines();
        if (timeout.isPositive()) {
            connection.deadlines(own.read(timeout).write(timeout));
        } else if (own.equals(Deadlines.defaults())) {
            connection.deadlines(own.write(Duration.ZERO));
        }
    }
}
