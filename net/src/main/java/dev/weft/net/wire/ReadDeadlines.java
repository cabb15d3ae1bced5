package dev.weft.net.wire;

import java.io.IOException;
import java.net.SocketTimeoutException;

import dev.weft.net.support.DeadlineTimer;
import dev.weft.net.support.Moments;
import org.jspecify.annotations.Nullable;

/** The deadlines of a connection's reads, and whether a message has begun. One thread reads at a time. */
final class ReadDeadlines {
    private final Wire wire;
    private boolean inMessage;
    private long messageDeadline = Moments.NEVER;
    /** Whether bytes have come since the last rest; true at first, as the deadlines run from the beginning. */
    private boolean progressed = true;
    private long restsUntil = Moments.NEVER;
    private @Nullable DeadlineTimer timer;

    ReadDeadlines(Wire wire) {
        this.wire = wire;
    }

    void beginMessage() {
        inMessage = true;
    }

    /** The message that was begun is whole: time is idle time again. */
    void endMessage() {
        inMessage = false;
        messageDeadline = Moments.NEVER;
    }

    /** Bytes have come. */
    void progressed() {
        progressed = true;
    }

    /** Throws when the message that was begun is late. */
    void checkMessage() throws SocketTimeoutException {
        if (inMessage && Moments.passed(wire.time(), messageDeadline)) {
            throw timeout();
        }
    }

    /** When a wait that begins now must end. The message's deadline runs from the first wait inside it, however often bytes dribble in. */
    long next() {
        var deadlines = wire.deadlines();
        var read = Moments.limit(wire.time(), deadlines.read());
        if (!inMessage) {
            return Moments.earlier(read, Moments.limit(wire.time(), deadlines.idle()));
        }
        if (messageDeadline == Moments.NEVER) {
            messageDeadline = Moments.limit(wire.time(), deadlines.message());
        }
        return Moments.earlier(read, messageDeadline);
    }

    /** Which of them has passed. */
    SocketTimeoutException timeout() {
        var deadlines = wire.deadlines();
        if (inMessage && Moments.passed(wire.time(), messageDeadline)) {
            endMessage();
            return wire.blame(
                    new SocketTimeoutException(wire.remote() + ": a message was not whole after " + Moments.words(deadlines.message())));
        }
        var read = deadlines.read();
        var idle = deadlines.idle();
        var which = inMessage || idle.isZero() || (!read.isZero() && read.compareTo(idle) < 0) ? read : idle;
        return wire.blame(new SocketTimeoutException(wire.remote() + ": nothing came for " + Moments.words(which)));
    }

    /** Waits until the channel may be readable, or until the moment. */
    void await(long moment) throws IOException {
        if (moment == Moments.NEVER) {
            wire.channel().awaitReadable();
            return;
        }
        var own = timer();
        own.set(moment);
        try {
            wire.channel().awaitReadable();
        } finally {
            own.clear();
        }
    }

    /**
     * No thread waits: wakes the channel at the next deadline, or at the moment {@code patience}. Deadlines run on over events that bring no bytes.
     *
     * @param begun whether a part of a message has come
     * @throws SocketTimeoutException when a deadline has passed
     */
    void rest(boolean begun, long patience) throws SocketTimeoutException {
        inMessage = begun;
        if (progressed) {
            checkMessage();
            restsUntil = next();
            progressed = false;
        } else if (Moments.passed(wire.time(), restsUntil)) {
            throw timeout();
        }
        var until = Moments.earlier(restsUntil, patience);
        if (until != Moments.NEVER) {
            timer().set(until);
        } else if (timer != null) {
            timer.clear();
        }
    }

    private DeadlineTimer timer() {
        var known = timer;
        if (known == null) {
            known = new DeadlineTimer(wire.time(), wire::wake);
            timer = known;
        }
        return known;
    }

    /** The connection is closed: wakes nobody any more. */
    void close() {
        var known = timer;
        if (known != null) {
            known.cancel();
        }
    }
}
