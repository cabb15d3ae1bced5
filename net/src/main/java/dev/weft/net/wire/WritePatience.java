package dev.weft.net.wire;

import java.time.Duration;

import dev.weft.net.TimeSource;
import dev.weft.net.spi.StreamChannel;
import dev.weft.net.support.Moments;

/**
 * How long one wait of a write goes on: until the peer has taken nothing for the write deadline.
 *
 * <p>That the system takes bytes from us again is no measure of that. It tells of room when a third, or three quarters, of a socket's buffer is
 * free (tcp(7), unix(7)), which of a large buffer and a slow reader may be minutes later. So several times within the deadline the system is
 * asked: by a write that is tried all the same, and by what of the bytes it has taken the peer has not acknowledged.
 */
final class WritePatience {
    private static final int LOOKS = 8;

    private final TimeSource time;
    private final Duration limit;
    private long deadline = Moments.NEVER;
    private long next = Moments.NEVER;
    private long unacknowledged;
    private boolean waiting;
    /** The last write asked the system, rather than what was known of it. */
    private boolean asked;

    WritePatience(TimeSource time, Duration limit) {
        this.time = time;
        this.limit = limit;
    }

    /** The peer, or its system, has taken something. */
    void progressed() {
        waiting = false;
        asked = false;
    }

    /**
     * A write, or a flush, has moved nothing: what next?
     *
     * @return true to wait until {@link #next}; false to try again at once
     * @throws TooSlow when the peer has taken nothing for too long
     */
    boolean mayWait(StreamChannel channel) throws TooSlow {
        if (!waiting) {
            waiting = true;
            unacknowledged = channel.unacknowledged();
            restart();
            return true;
        }
        if (!Moments.passed(time, next)) {
            asked = false;
            return true;
        }
        var now = channel.unacknowledged();
        if (now >= 0 && now < unacknowledged) {
            unacknowledged = now;
            restart();
        }
        if (!asked) {
            asked = true;
            channel.retryWrite();
            return false;
        }
        if (Moments.passed(time, deadline)) {
            throw new TooSlow();
        }
        asked = false;
        next = Moments.earlier(deadline, Moments.limit(time, limit.dividedBy(LOOKS)));
        return true;
    }

    private void restart() {
        deadline = Moments.limit(time, limit);
        next = Moments.earlier(deadline, Moments.limit(time, limit.dividedBy(LOOKS)));
    }

    /** When to look again; NEVER without a deadline. */
    long next() {
        return next;
    }

    /** It took nothing for the deadline. */
    static final class TooSlow extends Exception {
        private static final long serialVersionUID = 1L;

        TooSlow() {
            super("", null, false, false);
        }
    }
}
