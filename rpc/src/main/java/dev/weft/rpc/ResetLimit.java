package dev.weft.rpc;

import java.time.Duration;

import dev.weft.net.TimeSource;
import dev.weft.net.support.Moments;

/**
 * Tells an attack by streams that are begun and reset (CVE-2023-44487, CVE-2025-8671) from calls that are given up. What makes the attack is that
 * the client waits for nothing, so that the limit of calls at once does not hold it: a stream that is reset within {@link #RAPID}, before the
 * server has answered anything. So many of these are allowed in a window, and one more for each stream that ended well in it. A call whose
 * deadline passes, or whose client leaves it later, has held a place all the time, and does not count.
 *
 * <p>Of one connection, and for its thread.
 */
final class ResetLimit {
    /** With 100 calls at once it leaves 10,000 streams a second, no more than a client may use well. */
    static final Duration RAPID = Duration.ofMillis(10);

    private final int most;
    private final Duration window;
    private final TimeSource time;
    private long since;
    private long rapid;
    private long ended;

    ResetLimit(int most, Duration window, TimeSource time) {
        this.most = most;
        this.window = window;
        this.time = time;
        since = time.nanoTime();
    }

    long now() {
        return time.nanoTime();
    }

    /** Whether a stream that began then is reset as soon as it was begun, if it is now. */
    boolean isRapid(long begun) {
        return now() - begun < RAPID.toNanos();
    }

    /** Counts one that was; true when it is one too many. */
    boolean exceeded() {
        turn();
        return ++rapid > most + ended;
    }

    /** One had its answer. */
    void endedWell() {
        turn();
        ended++;
    }

    private void turn() {
        var now = now();
        if (now - since > Moments.nanos(window)) {
            since = now;
            rapid = 0;
            ended = 0;
        }
    }

    @Override
    public String toString() {
        return most + " streams in " + window.toSeconds() + " s, and those that ended well,";
    }
}
