package dev.weft.net.wire;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

import dev.weft.net.Address;
import dev.weft.net.Deadlines;
import dev.weft.net.TimeSource;
import dev.weft.net.spi.StreamChannel;
import dev.weft.net.support.Moments;
import dev.weft.net.support.SafeLog;
import org.jspecify.annotations.Nullable;

/** The inside of a connection: its two halves, the channel in force, and how it ends. What the public class shows, and more. For any thread. */
public final class ConnectionCore implements Wire {
    private static final AtomicLong IDS = new AtomicLong();

    private final long id = IDS.incrementAndGet();
    private final boolean accepted;
    private final String peerName;
    private final TimeSource time;
    private final Address remote;
    private final long opened;
    private final Inbound inbound = new Inbound(this);
    private final Outbound outbound = new Outbound(this, inbound);
    private final CloseState ending = new CloseState();
    private volatile StreamChannel channel;
    private volatile Deadlines deadlines;
    private volatile boolean draining;
    /** When the drain ends also a connection that has not sent anything yet. */
    private volatile long drainPatience = Moments.NEVER;
    /** Since when the peer could send its first message. */
    private volatile long ready;
    private volatile boolean stamping;
    private volatile long lastProgress;
    private volatile @Nullable Runnable atDrain;
    private volatile @Nullable Origins origins;
    private volatile @Nullable MemberEvents memberEvents;

    /**
     * The inside of a connection that stands, or is being made.
     *
     * @param peerName what the peer was called when it was dialed, which its certificate must name
     */
    public ConnectionCore(StreamChannel channel, boolean accepted, String peerName, Deadlines deadlines, TimeSource time) {
        this.channel = channel;
        this.accepted = accepted;
        this.peerName = peerName;
        this.deadlines = deadlines;
        this.time = time;
        remote = channel.remote();
        opened = time.nanoTime();
        lastProgress = opened;
        ready = opened;
    }

    @Override
    public long id() {
        return id;
    }

    /** Whether the peer has dialed. */
    public boolean accepted() {
        return accepted;
    }

    /** What the peer was called when it was dialed. */
    public String peerName() {
        return peerName;
    }

    @Override
    public Address remote() {
        return remote;
    }

    @Override
    public StreamChannel channel() {
        return channel;
    }

    /** TLS is on: this channel takes the place of the one below it. */
    public void secured(StreamChannel secure) {
        channel = secure;
        ready = time.nanoTime();
    }

    @Override
    public TimeSource time() {
        return time;
    }

    @Override
    public Deadlines deadlines() {
        return deadlines;
    }

    /** Replaces the deadlines, from the next wait on. */
    public void deadlines(Deadlines next) {
        deadlines = next;
    }

    /** The reading half. */
    public Inbound inbound() {
        return inbound;
    }

    /** The writing half. */
    public Outbound outbound() {
        return outbound;
    }

    @Override
    public void beforeWait() throws IOException {
        outbound.flush();
    }

    @Override
    public void wake() {
        channel.wake();
    }

    /** How long ago it was made. */
    public Duration age() {
        return Moments.since(time, opened);
    }

    /** Another process has moved so many bytes over it. */
    public void movedElsewhere(long in, long out) {
        inbound.count(in);
        outbound.order().count(out);
    }

    @Override
    public boolean isOpen() {
        return !ending.isClosed();
    }

    /** Sends what was gathered and what stands in the write order, then closes. */
    public void close() {
        if (ending.advance(CloseState.State.CLOSING)) {
            try {
                outbound.finish();
            } finally { // whatever fails there, the descriptor is free
                end("closed", false);
            }
        }
    }

    @Override
    public void abort(String why) {
        end(why, true);
    }

    /** Closes at once, telling the peer why as far as its socket takes it now. */
    public void evict(Optional<byte[]> farewell, String why) {
        farewell.ifPresent(bytes -> outbound.order().post(new Posted(bytes, _ -> {})));
        end(why, false);
    }

    /** Drops it because it did not take what groups sent it, and tells so. */
    public void dropAsTooSlow(String why) {
        if (end(why, true)) {
            tooSlow(why);
        }
    }

    /** True for the one call that ended it. */
    private boolean end(String why, boolean drop) {
        if (!ending.advance(CloseState.State.CLOSED)) {
            return false;
        }
        ending.reason(why);
        try {
            if (drop) {
                channel.abort();
            } else {
                channel.close();
            }
        } finally {
            outbound.order().close();
            inbound.close();
            ending.runTasks();
        }
        return true;
    }

    /** Has a task run when this connection ends; at once when it has ended. */
    public void onEnd(Runnable task) {
        ending.onEnd(task);
    }

    /** Takes back a task of {@link #onEnd}. */
    public void forget(Runnable task) {
        ending.forget(task);
    }

    @Override
    public boolean draining() {
        return draining || channel.draining();
    }

    /** The server drains. Up to the moment it may begin its first message: see {@link Deadlines#first}. */
    public void drain(long patience) {
        drainPatience = patience;
        draining = true;
        var task = atDrain;
        if (task != null) {
            task.run();
        }
        wake();
    }

    @Override
    public long mayBeginUntil() {
        var first = deadlines.first();
        if (first.isZero() || inbound.received() > 0) {
            return time.nanoTime();
        }
        return Moments.earlier(Moments.after(ready, first), drainPatience);
    }

    /** Has a task run when the server drains; at once when it does. */
    public void onDrain(Runnable task) {
        atDrain = task;
        if (draining) {
            task.run();
        }
    }

    /** Bytes have moved. The clock is only read where the server has to know which connection is idle longest. */
    @Override
    public void progressed() {
        if (stamping) {
            lastProgress = time.nanoTime();
        }
    }

    /** From now on {@link #lastProgress} is kept. */
    public void stampProgress() {
        stamping = true;
    }

    /** When bytes moved last. */
    public long lastProgress() {
        return lastProgress;
    }

    /** Has this told what becomes of it as a member of groups; default: the log. */
    public void memberEvents(MemberEvents events) {
        memberEvents = events;
    }

    @Override
    public void tooSlow(String why) {
        var events = memberEvents;
        if (events == null) {
            SafeLog.of("dev.weft.net").peer(() -> "connection " + id + " with " + remote + " was dropped: " + why);
        } else {
            events.tooSlow(why);
        }
    }

    /** An outbox has dropped a message for it. */
    public void undelivered() {
        var events = memberEvents;
        if (events != null) {
            events.undelivered();
        }
    }

    /** Whether a failure, or one in its chain of causes, is the peer's doing. */
    public boolean causedByPeer(Throwable failure) {
        var known = origins;
        return known == null ? Origins.isTold(failure) : known.has(failure, Origins.Origin.PEER);
    }

    @Override
    public <T extends Throwable> T blame(T failure) {
        remember(failure, Origins.Origin.PEER);
        return failure;
    }

    /** Whether a failure says no more than that the connection was closed on this side. */
    public boolean saysClosedHere(Throwable failure) {
        var known = origins;
        return known != null && known.has(failure, Origins.Origin.CLOSED_HERE);
    }

    private void remember(Throwable failure, Origins.Origin origin) {
        Origins known;
        synchronized (this) {
            if (origins == null) {
                origins = new Origins();
            }
            known = origins;
        }
        known.add(failure, origin);
    }

    @Override
    public IOException explain(IOException failure) {
        if (failure instanceof InterruptedIOException && !(failure instanceof SocketTimeoutException)) {
            return failure;
        }
        if (isOpen()) {
            return blame(failure);
        }
        if (saysClosedHere(failure)) {
            return failure;
        }
        var closed = closedHere();
        closed.initCause(failure);
        return closed;
    }

    @Override
    public SocketException closedHere() {
        return closedHere(new SocketException("the connection with " + remote + " was " + ending.reason()));
    }

    /** The same failure, remembered as one that says no more than that the connection was closed on this side. */
    public <T extends Throwable> T closedHere(T failure) {
        remember(failure, Origins.Origin.CLOSED_HERE);
        return failure;
    }
}
