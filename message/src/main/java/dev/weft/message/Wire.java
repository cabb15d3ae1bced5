package dev.weft.message;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Connection;
import dev.weft.net.Framing;

/** The connection that a peer has at the moment: always the same one on a server, one after the other on a client that reconnects. */
final class Wire {
    private final Framing<Message> framing;
    private volatile Connected now;
    private volatile boolean away;
    private volatile boolean over;

    Wire(Connection connection, Framing<Message> framing) {
        this.framing = framing;
        now = new Connected(connection, framing);
    }

    /** The one there is, or the last there was. */
    Connected last() {
        return now;
    }

    /** The one there is; while there is none, it waits for as long as a write may wait. */
    Connected get() throws IOException {
        return away ? awaited(now.connection().deadlines().write()) : now; // in this order, or a lost one could be taken for the next
    }

    /** As {@link #get()}, but it waits for this long; zero is for ever. */
    Connected get(Duration limit) throws IOException {
        return away ? awaited(limit) : now;
    }

    private synchronized Connected awaited(Duration limit) throws IOException {
        var until = System.nanoTime() + Waits.nanos(limit);
        while (away) {
            if (over) {
                throw new SocketException("the connection with " + now.connection().remote() + " was lost, and there is no other");
            }
            var left = limit.isZero() ? Long.MAX_VALUE : until - System.nanoTime();
            if (left <= 0) {
                throw new SocketTimeoutException("no new connection with " + now.connection().remote() + " in " + limit.toMillis() + " ms");
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException e) {
                throw new InterruptedIOException("interrupted while there was no connection with " + now.connection().remote());
            }
        }
        return now;
    }

    /** Whether there is none at the moment, and may be another. */
    boolean isAway() {
        return away;
    }

    /** The connection is lost; there may be another. */
    void lost() {
        away = true;
    }

    /** There is another one. False when nobody wants it any more. */
    synchronized boolean found(Connection connection) {
        if (over) {
            return false;
        }
        now = new Connected(connection, framing);
        away = false;
        notifyAll();
        return true;
    }

    /** Waits; false when meanwhile nobody wants another connection any more. */
    synchronized boolean pauseUnlessOver(Duration pause) {
        var until = System.nanoTime() + Waits.nanos(pause);
        try {
            for (var left = Waits.nanos(pause); left > 0 && !over; left = until - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            return false;
        }
        return !over;
    }

    /** There will be no other. */
    synchronized void end() {
        over = true;
        notifyAll();
    }

    boolean isOver() {
        return over;
    }
}
