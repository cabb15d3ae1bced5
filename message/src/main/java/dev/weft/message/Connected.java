package dev.weft.message;

import java.io.IOException;
import java.net.SocketException;
import java.util.Objects;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weft.net.Connection;
import dev.weft.net.Frames;
import dev.weft.net.Framing;
import dev.weft.net.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * One connection, seen as messages, and the requests that were made on it. A request belongs to one connection: it is written to no other,
 * and a reply that comes by another is not its reply. For any thread.
 */
final class Connected {
    private final Connection connection;
    private final Frames<Message> frames;
    private final TimeSource time;
    private volatile @Nullable PendingRequests pending;
    private volatile @Nullable IOException lost;
    /** Why no reply can come any more. */
    @GuardedBy("this")
    private @Nullable IOException over;

    Connected(Connection connection, Framing<Message> framing, TimeSource time) {
        this.connection = connection;
        this.time = time;
        frames = connection.frames(framing);
    }

    Connection connection() {
        return connection;
    }

    Frames<Message> frames() {
        return frames;
    }

    /** The requests that wait for replies; null as long as there was none. */
    @Nullable
    PendingRequests pending() {
        return pending;
    }

    /** From now on this waits for the reply of the id. False when no reply can come by this connection: then nothing must be sent. */
    boolean await(long id, PendingRequests.Waiting who) {
        var there = pending;
        return (there == null ? made() : there).await(id, who);
    }

    /** Ends the wait at this moment, by a {@link java.util.concurrent.TimeoutException}. */
    void limit(PendingRequests.One who, long moment) {
        Objects.requireNonNull(pending, "no request has waited here").limit(who, moment);
    }

    /** The reply of this id is not waited for any more. */
    void giveUp(long id) {
        Objects.requireNonNull(pending, "no request has waited here").giveUp(id);
    }

    private synchronized PendingRequests made() {
        var there = pending;
        if (there == null) {
            there = new PendingRequests(time);
            if (over != null) {
                there.fail(over);
            }
            pending = there;
        }
        return there;
    }

    /** No reply comes any more: requests that wait fail, and none is accepted. The first reason counts. */
    void end(IOException reason) {
        PendingRequests there;
        synchronized (this) {
            if (over != null) {
                return;
            }
            over = reason;
            there = pending;
        }
        if (there != null) {
            there.fail(reason);
        }
    }

    /** The connection is of no use any more, and this tells why; the first reason counts, and is returned. */
    IOException lost(IOException reason) {
        var first = lost;
        if (first == null) {
            first = reason;
            lost = reason;
        }
        return first;
    }

    /** Whether a failure, or one in its chain of causes, says only that the connection is lost, or that it was closed on this side. */
    boolean isItsEnd(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause == lost || (cause instanceof SocketException && !connection.isOpen())) {
                return true;
            }
        }
        return false;
    }

    /** Says that it has ended. */
    SocketException ended() {
        return new SocketException("the connection with " + connection.remote() + " has ended");
    }
}
