package dev.weft.message;

import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;

/** How long waits last, and what ends them early. */
final class Waits {
    /** A century: as long as for ever, and safe to add to a clock. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private Waits() {}

    static long nanos(Duration d) {
        return (d.compareTo(LONGEST) < 0 ? d : LONGEST).toNanos();
    }

    /** Whether a thread was interrupted, be it in a wait or in I/O; a deadline that has passed is something else. */
    static boolean isInterrupt(Throwable t) {
        return t instanceof InterruptedException || (t instanceof InterruptedIOException && !(t instanceof SocketTimeoutException));
    }
}
