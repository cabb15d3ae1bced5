package dev.weft.message;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;

import dev.weft.net.Connection;
import dev.weft.net.Frames;
import org.jspecify.annotations.Nullable;

/**
 * What a connection's reading thread does: it reads each message and gives it to whom it is for, a request that waits, a stream, or a hook
 * (SPEC PR-S5: before, hook, after).
 *
 * <p>A hook on this thread may itself make a request. It then reads on until its reply has come; messages for hooks that come in between
 * are kept for later, so that hooks are still called in order.
 */
final class Conversation {
    /** What answers {@link Messages#heartbeat}; Weft does by itself. */
    static final Message PING = Message.of("weft ping", new byte[0]);
    private static final Message PONG = Message.of("weft pong", new byte[0]);

    /** So many messages may come while a hook on the reading thread waits for a reply, and so many bytes. */
    private static final int MOST_DEFERRED = 1_024;
    private static final int MOST_DEFERRED_BYTES = 4 << 20;

    /** So long a thread waits for room before it looks whether a reply has come that others wait for; and so long it looks. */
    private static final Duration MOMENT = Duration.ofMillis(10);
    private static final Duration GLANCE = Duration.ofNanos(1);

    /** So many messages without a hook are logged, lest six bytes from a peer become a line in a file. */
    private static final int MOST_LOGGED = 10;

    private final Peer peer;
    private final Messages messages;
    private final Connected connected;
    private final Connection connection;
    private final Frames<Message> frames;
    private final Thread thread = Thread.currentThread();
    private final ArrayDeque<Message> deferred = new ArrayDeque<>(0);
    /** Only the reading thread adds and removes. */
    private final Map<StreamName, IncomingStream> streams = new ConcurrentHashMap<>(1);
    private int deferredBytes;
    private int unknown;
    /** Whether there was a message for more than what is to be done first. */
    private boolean brought;
    /** Whether the idle deadline is the heartbeat's. */
    private boolean beating;
    /** What a hook beside the reader threw that ends the connection. */
    private volatile @Nullable Throwable endedBy;
    /** By what we know that the connection is lost; no failure of anybody's. */
    private volatile @Nullable IOException lost;
    /** What came can't be read any further, whoever met it. */
    private volatile @Nullable IOException broken;

    /** What tells the streams of one connection apart. */
    private record StreamName(long id, int type) {}

    /** Something of a user's. */
    @FunctionalInterface
    private interface Call {
        void run() throws Exception;
    }

    /** Made by the reading thread. */
    Conversation(Peer peer, Connected connected) {
        this.peer = peer;
        this.connected = connected;
        messages = peer.messages();
        connection = connected.connection();
        frames = connected.frames();
        beat();
    }

    /** Has the idle deadline tell when a heartbeat is due, unless another one ends the connection earlier anyway. */
    private void beat() {
        var interval = messages.heartbeat();
        var deadlines = connection.deadlines();
        beating = !interval.isZero() && isLater(deadlines.idle(), interval) && isLater(deadlines.read(), interval);
        if (beating) {
            connection.deadlines(deadlines.idle(interval));
        }
    }

    private static boolean isLater(Duration deadline, Duration interval) {
        return deadline.isZero() || interval.compareTo(deadline) < 0;
    }

    boolean isOn(Connected one) {
        return connected == one;
    }

    boolean isOnThisThread() {
        return thread == Thread.currentThread();
    }

    /**
     * Reads until the peer ends, the server drains, or the connection fails; what ended it is thrown, but for a plain disconnect.
     *
     * @param begun runs when what is to be done first is done
     */
    void run(Runnable begun) throws Exception {
        peer.converse(this);
        var hasBegun = false;
        Throwable failure = null;
        try {
            guard(() -> messages.loadEager(peer));
            guard(() -> messages.opened().on(peer));
            hasBegun = true;
            begun.run();
            while (next()) {
                // and so on
            }
        } catch (Throwable t) {
            failure = t;
            connection.close();
        }
        finish(failure, hasBegun);
    }

    /** Whether a message has come, but for replies to what is to be done first. For the reading thread. */
    boolean hasBrought() {
        return brought;
    }

    /** Everybody who still waits is told, what runs beside may finish; then what was to be done at the end. */
    private void finish(@Nullable Throwable failure, boolean hasBegun) throws Exception {
        peer.lost(connected, lost(ended()));
        breakStreams();
        var why = failure;
        try {
            peer.endBeside(why != null && Waits.isInterrupt(why));
        } catch (InterruptedIOException e) {
            why = e;
        }
        if (why == null || isOurEnd(why)) {
            why = endedBy;
        }
        if (hasBegun) {
            try {
                messages.closed().on(peer);
            } catch (Exception e) {
                Log.closeHookFailed(peer, e);
            }
        }
        if (why instanceof Error e) {
            throw e;
        }
        if (why instanceof Exception e) {
            throw e;
        }
    }

    /** The connection is of no use any more, and this tells why; the first reason counts. */
    IOException lost(IOException reason) {
        var first = lost;
        if (first == null) {
            first = reason;
            lost = reason;
        }
        return first;
    }

    private SocketException ended() {
        return new SocketException("the connection with " + connection.remote() + " has ended");
    }

    /** Streams wait for nothing any more, and nobody for room in them. */
    void breakStreams() {
        var reason = ended();
        streams.values().forEach(s -> s.fail(reason));
    }

    /** Whether it only says that the connection was lost, or that we closed it ourselves. */
    private boolean isOurEnd(Throwable t) {
        for (Throwable cause = t; cause != null; cause = cause.getCause()) {
            if (cause == lost || (cause instanceof SocketException && !connection.isOpen())) {
                return true;
            }
        }
        return false;
    }

    /** One message; false when there is none any more. */
    private boolean next() throws Exception {
        var m = deferred.poll();
        if (m != null) {
            deferredBytes -= m.data().length;
            brought = true;
            handle(m);
            return true;
        }
        try {
            if (beating && !awaitBeat()) {
                return false;
            }
            m = frames.read();
        } catch (EOFException | SocketException e) {
            return false; // a reset is a disconnect like any other (SPEC PR-BUG-14), and so is our own close
        } catch (MalformedMessageException e) {
            failed(e);
            return true;
        } catch (ProtocolException | SocketTimeoutException e) {
            throw unforgivable(e);
        }
        messages.counters().received.increment();
        brought = true;
        if (!route(m)) {
            handle(m);
        }
        return true;
    }

    /** Waits for a message; asks a peer that was silent for an interval whether it lives, once. False when no message will come. */
    private boolean awaitBeat() throws IOException {
        try {
            return connection.awaitMessage();
        } catch (SocketTimeoutException silence) {
            if (!connection.isOpen()) {
                throw silence;
            }
        }
        peer.send(PING);
        return connection.awaitMessage();
    }

    /** The user is told, and nothing can be done about it (SPEC PR-D6). */
    private <E extends IOException> E unforgivable(E e) {
        broken = e;
        messages.tolerates(e, peer);
        return e;
    }

    /** Gives a message to the request or the stream it is for, or answers it by itself; false when it is a hook's. */
    private boolean route(Message m) throws IOException {
        var replies = connected.replies();
        if (replies != null) {
            var who = replies.waitingFor(m.id());
            if (who != null) {
                if (who.isFull()) {
                    peer.flush();
                }
                replies.give(m, who);
                return true;
            }
            if (replies.isLate(m.id())) {
                messages.counters().late.increment();
                return true;
            }
        }
        if (m.type() == PING.type() && peer.hooks().find(m.type()) == null) {
            peer.send(PONG);
            return true;
        }
        return m.type() == PONG.type() && peer.hooks().find(m.type()) == null;
    }

    private void handle(Message m) throws Exception {
        var reaction = peer.hooks().find(m.type());
        if (reaction instanceof HookTable.Inline(var hook)) {
            try {
                around(hook, m);
            } catch (Exception e) {
                judge(e);
            }
        } else if (reaction instanceof HookTable.Parallel(var hook)) {
            beside(m, () -> around(hook, m));
        } else if (reaction instanceof HookTable.Streaming(var hook)) {
            part(hook, m);
        } else {
            messages.counters().unknown.increment();
            if (unknown < MOST_LOGGED) {
                unknown++;
                messages.log().noSuchHook(m.type(), connection.remote(), unknown == MOST_LOGGED);
            }
            guard(() -> around((_, _) -> {}, m));
        }
    }

    private void around(Hook hook, Message m) throws Exception {
        messages.before().on(m, peer);
        hook.on(m, peer);
        messages.after().on(m, peer);
    }

    private String name(Message m) {
        return "weft-hook-" + TypeNames.of(m.type()) + "-" + connection.id();
    }

    /** A part of a stream: the first one calls the hook, on a thread of its own. */
    private void part(StreamHook hook, Message m) throws IOException {
        var name = new StreamName(m.id(), m.type());
        var stream = streams.get(name);
        if (stream == null) {
            stream = begin(hook, m);
            streams.put(name, stream);
        }
        if (stream.isFull()) {
            peer.flush();
        }
        if (stream.offer(m)) {
            streams.remove(name);
        }
    }

    /** A stream whose hook has returned counts until its last part has come: somebody must know that the rest of it is nobody's. */
    private IncomingStream begin(StreamHook hook, Message m) throws IOException {
        if (streams.size() >= messages.parallelism()) {
            throw unforgivable(connection.blame(new ProtocolException(
                    "%s opened another stream while as many were open as may: %d".formatted(connection.remote(), messages.parallelism()))));
        }
        var stream = new IncomingStream(m.id(), m.type(), () -> {});
        beside(m, () -> consume(hook, stream));
        return stream;
    }

    /** Runs something on a thread of its own; where as many run as may, it waits for one to end, reading replies that those may wait for. */
    private void beside(Message m, Call call) throws IOException {
        var beside = peer.beside();
        if (beside.isFull()) {
            peer.flush();
        }
        while (!beside.tryStart(MOMENT, name(m), () -> aside(call))) {
            var replies = connected.replies();
            if (replies != null && replies.isAwaited() && mayDefer()) {
                glance();
            }
        }
    }

    /** Reads one message if there is one. */
    private void glance() throws IOException {
        var before = connection.deadlines();
        connection.deadlines(before.idle(GLANCE));
        try {
            if (connection.awaitMessage()) {
                readBehind(false);
            }
        } catch (SocketTimeoutException e) {
            if (broken != null) {
                throw e;
            }
        } finally {
            connection.deadlines(before);
        }
    }

    private void consume(StreamHook hook, IncomingStream stream) throws Exception {
        try (stream) {
            hook.on(stream, peer);
        }
    }

    /** Runs something of a user's; its failure ends the connection unless it is forgiven. */
    private void guard(Call call) throws Exception {
        try {
            call.run();
        } catch (Exception e) {
            judge(e);
        }
    }

    /** Throws what ends the connection: what is not forgiven, and what is nobody's to forgive. */
    private void judge(Exception e) throws Exception {
        var fatal = broken;
        if (fatal != null) {
            throw fatal; // a hook met it, and whatever it made of it, there is no reading on
        }
        if (Waits.isInterrupt(e) || isOurEnd(e)) {
            throw e; // somebody wants this thread to end, or the connection has ended before
        }
        failed(e);
    }

    /** As {@link #guard} on another thread, where there is nobody to throw at: the reading thread throws it then. */
    private void aside(Call call) {
        try {
            guard(call);
        } catch (Throwable t) {
            if (endedBy == null && !isOurEnd(t)) {
                endedBy = t;
            }
            connection.close();
        }
    }

    private void failed(Exception e) throws Exception {
        if (Undecodable.caused(e)) {
            connection.blame(e);
        }
        messages.counters().failures.increment();
        if (!messages.tolerates(e, peer)) {
            // To those who see it further up, EOFException says that the peer has ended.
            throw e instanceof EOFException ? new IOException("a hook failed: " + e.getMessage(), e) : e;
        }
    }

    /** On the reading thread: reads on until a reply has come. */
    void readUntil(Future<Message> reply, Duration timeout) throws IOException, TimeoutException {
        var until = System.nanoTime() + Waits.nanos(timeout);
        var before = connection.deadlines();
        try {
            while (!reply.isDone()) {
                if (!timeout.isZero()) {
                    connection.deadlines(before.idle(Duration.ofNanos(Math.max(1, until - System.nanoTime()))));
                }
                readBehind(beating && timeout.isZero());
            }
        } catch (SocketTimeoutException e) {
            if (broken == null && !timeout.isZero() && System.nanoTime() >= until) {
                throw new TimeoutException();
            }
            throw broken == null ? unforgivable(e) : e;
        } finally {
            connection.deadlines(before);
        }
    }

    /** One message, which hooks get later. A drain ends waiting for messages, but not the hook that waits here. */
    private void readBehind(boolean beat) throws IOException {
        Message m;
        try {
            var more = beat ? awaitBeat() : connection.awaitMessage();
            if (!more && !connection.draining()) {
                throw lost(ended());
            }
            m = more ? frames.read() : readBeyondDrain();
        } catch (MalformedMessageException e) {
            messages.counters().failures.increment();
            if (!messages.tolerates(e, peer)) {
                broken = e;
                throw e;
            }
            return;
        } catch (ProtocolException e) {
            throw unforgivable(e);
        } catch (SocketException | EOFException e) {
            lost(e);
            throw e;
        }
        messages.counters().received.increment();
        if (!route(m)) {
            defer(m);
        }
    }

    /** A drain ends the frames; what a hook still waits for is read from the bytes. */
    private Message readBeyondDrain() throws IOException {
        try {
            return messages.framing().read(new DataInputStream(connection.input()));
        } catch (ProtocolException e) {
            throw connection.blame(e);
        }
    }

    private boolean mayDefer() {
        return deferred.size() < MOST_DEFERRED && deferredBytes <= MOST_DEFERRED_BYTES;
    }

    private void defer(Message m) throws IOException {
        deferred.add(m);
        deferredBytes += m.data().length;
        if (!mayDefer()) {
            throw connection.blame(new IOException("more than " + MOST_DEFERRED + " messages, or " + MOST_DEFERRED_BYTES
                    + " bytes, came while a hook waited for its reply: let the hook run beside the reader (onParallel)"));
        }
    }
}
