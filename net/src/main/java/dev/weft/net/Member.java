package dev.weft.net;

import java.time.Duration;
import java.util.ArrayDeque;

import dev.weft.net.support.Moments;
import dev.weft.net.support.TimedCondition;
import dev.weft.net.wire.ConnectionCore;
import dev.weft.net.wire.Posted;

/** One connection's place in a group: what waits for it there, and what is done when that is too much. */
final class Member {
    private final ConnectionCore connection;
    private final Runnable leaver;
    private final Outbox outbox;
    private final TimedCondition room;
    private final ArrayDeque<Posted> waiting = new ArrayDeque<>();
    private int bytes;
    private boolean gone;
    /** When it last took something, while it is full. */
    private long fullSince = Moments.NEVER;
    private long takenWhenFull;
    /** When the system is to be asked next whether it has room. */
    private long nextRetry = Moments.NEVER;

    /** {@code leaver} is run when the connection ends, unless it has left before. */
    Member(ConnectionCore connection, Outbox outbox, Runnable leaver) {
        this.connection = connection;
        this.leaver = leaver;
        this.outbox = outbox;
        room = new TimedCondition(connection.time());
    }

    /** Puts a message in its outbox, or does what the outbox says when it is full. */
    void offer(byte[] message) {
        switch (outbox.overflow()) {
            case DROP_NEWEST -> {
                if (!admit(message)) {
                    connection.undelivered();
                }
            }
            case DROP_OLDEST -> {
                while (!admit(message) && dropOldest()) {
                    // until it fits
                }
            }
            case DISCONNECT -> {
                if (!admit(message)) {
                    if (impatient()) {
                        connection.dropAsTooSlow("too slow for its group: its outbox was full");
                    } else {
                        connection.undelivered();
                    }
                }
            }
            case BLOCK -> {
                var until = Moments.limit(connection.time(), outbox.patience());
                var fits = admit(message);
                while (!fits && room.awaitInterruptibly(() -> hasRoom(message), until)) {
                    fits = admit(message); // another sender may have been quicker
                }
                if (!fits && Thread.currentThread().isInterrupted()) {
                    connection.undelivered();
                } else if (!fits) {
                    connection.dropAsTooSlow("too slow for its group: no room in its outbox for " + Moments.words(outbox.patience()));
                }
            }
        }
    }

    /** Its connection is a member now, and leaves when it ends. */
    void joined() {
        connection.onEnd(leaver);
    }

    /** It is no member any more: threads that wait for room go on. */
    void left() {
        connection.forget(leaver);
        synchronized (this) {
            gone = true;
        }
        room.signal();
    }

    private synchronized boolean hasRoom(byte[] message) {
        return gone || waiting.isEmpty() || (waiting.size() < outbox.messages() && bytes + (long) message.length <= outbox.bytes());
    }

    /** True when the message was taken, or need not be because the member is gone. */
    private boolean admit(byte[] message) {
        Posted posted;
        synchronized (this) {
            if (gone) {
                return true;
            }
            if (!hasRoom(message)) {
                return false;
            }
            posted = new Posted(message, this::begun);
            waiting.add(posted);
            bytes += message.length;
            fullSince = Moments.NEVER;
        }
        if (!connection.outbound().order().post(posted)) {
            begun(posted);
        }
        return true;
    }

    /** This message is on its way, or given up: there is room again. */
    private void begun(Posted posted) {
        remove(posted);
        room.signal();
    }

    private synchronized void remove(Posted posted) {
        if (waiting.removeFirstOccurrence(posted)) {
            bytes -= posted.bytes().length;
            fullSince = Moments.NEVER;
        }
    }

    /** Always true: the oldest is gone from here, or it is just leaving by itself. */
    private boolean dropOldest() {
        Posted oldest;
        synchronized (this) {
            oldest = waiting.peek();
        }
        if (oldest != null && connection.outbound().order().retract(oldest)) {
            remove(oldest);
            connection.undelivered();
        }
        return true;
    }

    /** What the peer takes of a message that has begun to leave counts too; see {@link WritePatience}. */
    private synchronized boolean impatient() {
        if (outbox.patience().isZero()) {
            return true;
        }
        var time = connection.time();
        var taken = connection.outbound().order().taken();
        if (fullSince == Moments.NEVER || taken > takenWhenFull) {
            fullSince = time.nanoTime();
            takenWhenFull = taken;
            nextRetry = fullSince;
        }
        if (Moments.passed(time, nextRetry)) {
            var first = nextRetry == fullSince;
            nextRetry = Moments.in(time, outbox.patience().dividedBy(8));
            connection.channel().retryWrite();
            if (first) {
                return false; // it shall be asked once before it is judged
            }
        }
        return Duration.ofNanos(time.nanoTime() - fullSince).compareTo(outbox.patience()) >= 0;
    }
}
