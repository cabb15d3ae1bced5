package dev.weft.message;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weft.net.Connection;
import dev.weft.net.Frames;
import org.jspecify.annotations.Nullable;

/**
 * What a connection's reading thread does: it reads each message and gives it to what it is for, a request that waits, a stream, or a hook
 * (SPEC PR-S5: before, hook, after).
 *
 * <p>A hook on this thread may itself make a request. It then reads on until its reply has come; messages for hooks that come in between
 * are kept for later, so that hooks are still called in order.
 */
final class MessageReader implements ReadingThread {
    /** How long this thread waits for room before it looks whether a reply has come that a hook waits for. */
    private static final Duration MOMENT = Duration.ofMillis(10);

    /** How many messages without a hook are logged for a connection: a peer must not fill the log with messages of six bytes. */
    private static final int MOST_LOGGED = 10;

    private final Peer peer;
    private final PeerLife life;
    private final Messages messages;
    private final MessageSettings settings;
    private final MessageSender sender;
    private final Connected connected;
    private final Connection connection;
    private final Frames<Message> frames;
    private final Counters counters;
    private final Thread thread = Thread.currentThread();
    private final HookFailures failures;
    private final Heartbeat heartbeat;
    private final OpenStreams streams;
    private final ReadAhead ahead;
    private final AtomicBoolean inHook = new AtomicBoolean();
    private int unknown;
    @GuardedBy("this")
    private boolean left;
    @GuardedBy("this")
    private boolean interrupted;
    /** Whether a message has come after the observer's opened has returned. */
    private boolean brought;

    /** Made by the reading thread. */
    MessageReader(Peer peer, MessageSettings settings) {
        this.peer = peer;
        this.settings = settings;
        life = peer.life();
        connected = life.current().last();
        messages = peer.messages();
        sender = life.sender();
        connection = connected.connection();
        frames = connected.frames();
        counters = life.counters();
        failures = new HookFailures(connected, counters, this::isForgiven);
        heartbeat = new Heartbeat(connected, sender, settings.heartbeat());
        streams = new OpenStreams(settings.parallelism(), settings.time());
        ahead = new ReadAhead(connected, settings.framing(), settings.time(), heartbeat, failures, counters, this::route);
    }

    @Override
    public Thread thread() {
        return thread;
    }

    @Override
    public synchronized void interrupt() {
        if (!left || life.hasThreadOfItsOwn()) {
            interrupted = true;
            thread.interrupt();
        }
    }

    /** The thread goes on to other work, without an interrupt that was meant for this. */
    private synchronized void leave() {
        left = true;
        if (interrupted) {
            Thread.interrupted();
        }
    }

    @Override
    public boolean isInHook() {
        return inHook.get();
    }

    private boolean isForgiven(Exception failure) {
        try {
            return settings.observer().failed(peer, failure);
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
            return false;
        }
    }

    /**
     * Reads until the peer ends, the server drains, or the connection fails; what ended it is thrown, unless that is a plain disconnect.
     *
     * @param begun runs when the observer's opened has returned
     */
    void run(Runnable begun) throws Exception {
        life.reading(this);
        var hasBegun = false;
        Throwable failure = null;
        try {
            failures.guard(() -> messages.values().loadEager(peer::find));
            failures.guard(() -> settings.observer().opened(peer));
            hasBegun = true;
            begun.run();
            while (next()) {
                // and so on
            }
        } catch (Throwable t) {
            failure = t;
            connection.close();
        }
        try {
            finish(failure, hasBegun);
        } finally {
            leave();
        }
    }

    /** Whether a message has come after the observer's opened has returned. For the reading thread. */
    boolean hasBrought() {
        return brought;
    }

    /** Requests and streams that wait fail, hooks beside this thread may finish; then the observer is told. */
    private void finish(@Nullable Throwable failure, boolean hasBegun) throws Exception {
        life.lost(connected, connected.lost(connected.ended()));
        breakStreams();
        var met = failure;
        try {
            life.endParallelHooks(met != null && Interrupts.isInterrupt(met));
        } catch (InterruptedIOException e) {
            met = e;
        }
        var why = failures.cause(met);
        if (hasBegun) {
            try {
                settings.observer().closed(peer);
            } catch (Exception e) {
                MessageLog.observerFailed(peer.toString(), e);
            }
        }
        switch (why) {
            case Error e -> throw e;
            case Exception e -> throw e;
            case null, default -> {
                // A plain disconnect.
            }
        }
    }

    @Override
    public void breakStreams() {
        streams.breakOff(connected.ended());
    }

    /** One message; false when there is none any more. */
    private boolean next() throws Exception {
        if (life.isEnding()) {
            return false;
        }
        var m = ahead.poll();
        if (m != null) {
            brought = true;
            handle(m);
            return true;
        }
        try {
            if (heartbeat.isOn() && !heartbeat.awaitMessage()) {
                return false;
            }
            m = frames.read();
        } catch (EOFException | SocketException e) {
            return false; // a reset is a disconnect like any other (SPEC PR-BUG-14), and so is our own close
        } catch (MalformedMessageException e) {
            failures.failed(e);
            return true;
        } catch (ProtocolException | SocketTimeoutException e) {
            throw failures.unforgivable(e);
        }
        counters.received.increment();
        brought = true;
        if (!route(m) && !life.isEnding()) {
            handle(m);
        }
        return true;
    }

    /** Gives a message to the request it is for, or to heartbeats; false when it is a hook's. */
    private boolean route(Message m) throws IOException {
        var pending = connected.pending();
        if (pending != null) {
            var who = pending.waitingFor(m.id());
            if (who != null) {
                if (who.isFull()) {
                    sender.flush();
                }
                pending.give(m, who);
                return true;
            }
            if (pending.isLate(m.id())) {
                counters.late.increment();
                return true;
            }
        }
        return Heartbeat.isOne(m) && peer.hooks().find(m.type()) == null && heartbeat.takes(m);
    }

    private void handle(Message m) throws Exception {
        switch (peer.hooks().find(m.type())) {
            case HookTable.Inline(var hook) -> here(hook, m);
            case HookTable.Parallel(var hook) -> beside(m, () -> around(hook, m));
            case HookTable.Streaming(var hook) -> part(hook, m);
            case null -> {
                counters.unknown.increment();
                if (unknown < MOST_LOGGED) {
                    unknown++;
                    messages.log().noSuchHook(m.type(), connection.remote(), unknown == MOST_LOGGED);
                }
                here((_, _) -> {}, m);
            }
        }
    }

    private void here(Hook hook, Message m) throws Exception {
        inHook.setRelease(true);
        try {
            around(hook, m);
        } catch (Exception e) {
            failures.judge(e);
        } finally {
            inHook.setRelease(false);
        }
    }

    private void around(Hook hook, Message m) throws Exception {
        settings.before().on(m, peer);
        hook.on(m, peer);
        settings.after().on(m, peer);
    }

    /** A part of a stream: the first one calls the hook, on a thread of its own. */
    private void part(StreamHook hook, Message m) throws IOException {
        var stream = streams.of(m);
        if (stream == null) {
            stream = begin(hook, m);
        }
        if (stream.isFull()) {
            sender.flush();
        }
        streams.offer(stream, m);
    }

    private IncomingStream begin(StreamHook hook, Message m) throws IOException {
        IncomingStream stream;
        try {
            stream = streams.begin(m);
        } catch (ProtocolException e) {
            throw failures.unforgivable(connection.blame(e));
        }
        beside(m, () -> {
            try (stream) {
                hook.on(stream, peer);
            }
        });
        streams.add(stream);
        return stream;
    }

    /** Runs something on a thread of its own; where as many run as may, it waits for one to end, reading replies that those may wait for. */
    private void beside(Message m, HookFailures.Call call) throws IOException {
        var hooks = life.parallelHooks(settings.parallelism());
        if (hooks.isFull()) {
            sender.flush();
        }
        var name = "weft-hook-" + TypeNames.of(m.type()) + "-" + connection.id();
        while (!hooks.tryStart(MOMENT, name, () -> failures.guardBeside(call))) {
            ahead.readIfAwaited();
        }
    }

    @Override
    public void readUntil(Future<Message> reply, Duration timeout) throws IOException, TimeoutException {
        ahead.readUntil(reply, timeout);
    }
}
