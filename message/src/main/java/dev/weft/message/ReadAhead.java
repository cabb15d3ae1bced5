package dev.weft.message;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;

import dev.weft.net.Connection;
import dev.weft.net.Framing;
import dev.weft.net.TimeSource;
import dev.weft.net.support.Moments;
import org.jspecify.annotations.Nullable;

/**
 * Reads on while a hook keeps the reading thread from its next message: the hook waits there for a reply, or for room for hooks beside it. What comes
 * for hooks is kept for later. For the reading thread.
 */
final class ReadAhead {
    /** How long it looks whether a message has come. */
    private static final Duration GLANCE = Duration.ofNanos(1);

    private final Connected connected;
    private final Connection connection;
    private final Framing<Message> framing;
    private final TimeSource time;
    private final Heartbeat heartbeat;
    private final HookFailures failures;
    private final Counters counters;
    private final Route route;
    private final DeferredMessages deferred = new DeferredMessages();

    /** Gives a message to the request it is for. */
    @FunctionalInterface
    interface Route {
        /** False when it is a hook's. */
        boolean take(Message m) throws IOException;
    }

    ReadAhead(Connected connected, Framing<Message> framing, TimeSource time, Heartbeat heartbeat, HookFailures failures, Counters counters,
            Route route) {
        this.connected = connected;
        this.framing = framing;
        this.time = time;
        this.heartbeat = heartbeat;
        this.failures = failures;
        this.counters = counters;
        this.route = route;
        connection = connected.connection();
    }

    /** The oldest message that was kept for a hook; null when there is none. */
    @Nullable
    Message poll() {
        return deferred.poll();
    }

    /** Reads one message if there is one, and if a request waits for a reply. */
    void readIfAwaited() throws IOException {
        var pending = connected.pending();
        if (pending == null || !pending.isAwaited() || !deferred.hasRoom()) {
            return;
        }
        try {
            if (connection.awaitMessage(GLANCE)) {
                read(Moments.NEVER, false);
            }
        } catch (SocketTimeoutException e) {
            if (failures.isBroken()) {
                throw e;
            }
        }
    }

    /** See {@link ReadingThread#readUntil}. */
    void readUntil(Future<Message> reply, Duration timeout) throws IOException, TimeoutException {
        var until = Moments.limit(time, timeout);
        try {
            while (!reply.isDone()) {
                read(until, heartbeat.isOn());
            }
        } catch (SocketTimeoutException e) {
            if (failures.isBroken()) {
                throw e;
            }
            if (Moments.passed(time, until)) {
                throw new TimeoutException();
            }
            throw failures.unforgivable(e);
        }
    }

    /** One message. A drain ends the wait for messages, but not that of a hook for its reply. */
    private void read(long until, boolean beats) throws IOException {
        Message m;
        try {
            var more = await(until, beats);
            if (!more && !connection.draining()) {
                throw connected.lost(connected.ended());
            }
            m = more ? connected.frames().read() : readBeyondDrain(until);
        } catch (MalformedMessageException e) {
            failures.malformed(e);
            return;
        } catch (ProtocolException e) {
            throw failures.unforgivable(e);
        } catch (SocketException | EOFException e) {
            connected.lost(e);
            throw e;
        }
        counters.received.increment();
        if (!route.take(m)) {
            defer(m);
        }
    }

    private boolean await(long until, boolean beats) throws IOException {
        if (until != Moments.NEVER) {
            return connection.awaitMessage(left(until));
        }
        return beats ? heartbeat.awaitMessage() : connection.awaitMessage();
    }

    /** At least a nanosecond, as zero means no limit. */
    private Duration left(long until) {
        var left = Moments.until(time, until);
        return left.isPositive() ? left : Duration.ofNanos(1);
    }

    /** A drain ends the frames; what a hook still waits for is read from the bytes, whose wait only the idle deadline limits. */
    private Message readBeyondDrain(long until) throws IOException {
        var deadlines = connection.deadlines();
        if (until != Moments.NEVER) {
            connection.deadlines(deadlines.idle(left(until)));
        }
        try {
            return framing.read(new DataInputStream(connection.input()));
        } catch (ProtocolException e) {
            throw connection.blame(e);
        } finally {
            connection.deadlines(deadlines);
        }
    }

    private void defer(Message m) throws IOException {
        try {
            deferred.add(m);
        } catch (IOException e) {
            throw connection.blame(e);
        }
    }
}
