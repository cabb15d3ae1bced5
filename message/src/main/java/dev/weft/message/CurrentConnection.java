package dev.weft.message;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;

import dev.weft.net.Connection;
import dev.weft.net.Framing;
import dev.weft.net.support.Life;
import dev.weft.net.support.Moments;
import dev.weft.net.support.TimedCondition;

/**
 * The connection that a peer has now: always the same one on a server, one after the other on a client that reconnects. Once the peer's life is
 * ending there will be no other. For any thread.
 */
final class CurrentConnection {
    private final Framing<Message> framing;
    private final Life life;
    private final TimedCondition changed;
    private volatile Connected now;
    private volatile boolean away;

    CurrentConnection(Connection connection, Framing<Message> framing, Life life) {
        this.framing = framing;
        this.life = life;
        changed = life.changed();
        now = new Connected(connection, framing, changed.time());
    }

    /** The one there is, or the last there was. */
    Connected last() {
        return now;
    }

    /** The one there is; while there is none, it waits for as long as a write may wait. */
    Connected get() throws IOException {
        return away ? awaited(now.connection().deadlines().write()) : now; // in this order, or a lost one could be taken for the next
    }

    /** As {@link #get()}, but it waits for this long; zero means no limit. */
    Connected get(Duration limit) throws IOException {
        return away ? awaited(limit) : now;
    }

    private Connected awaited(Duration limit) throws IOException {
        boolean found;
        try {
            found = changed.waitFor(() -> !away || life.isEnding(), Moments.limit(changed.time(), limit));
        } catch (InterruptedException e) {
            throw new InterruptedIOException("interrupted while there was no connection with " + remote());
        }
        if (!found) {
            throw new SocketTimeoutException("no new connection with " + remote() + " in " + limit.toMillis() + " ms");
        }
        if (away) {
            throw new SocketException("the connection with " + remote() + " was lost, and there is no other");
        }
        return now;
    }

    private Object remote() {
        return now.connection().remote();
    }

    /** Whether there is none now, and may be another. */
    boolean isAway() {
        return away;
    }

    /** Whether another connection has taken the place of this one, or may. */
    boolean isReplaced(Connected on) {
        return away || now != on;
    }

    /** The connection is lost; there may be another. */
    void lost() {
        away = true;
    }

    /** There is another one. False when it is not wanted any more. */
    boolean found(Connection connection) {
        var next = new Connected(connection, framing, changed.time());
        var taken = life.unlessEnding(() -> {
            now = next;
            away = false;
            return next;
        });
        changed.signal();
        return taken != null;
    }

    /** Waits; false when meanwhile another connection is not wanted any more. */
    boolean pause(Duration pause) {
        if (!pause.isPositive()) {
            return !life.isEnding();
        }
        try {
            return !changed.waitFor(life::isEnding, Moments.in(changed.time(), pause));
        } catch (InterruptedException e) {
            return false;
        }
    }
}
