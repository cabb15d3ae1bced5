package dev.weft.net.wire;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;

/**
 * The order in which the writers of one connection get the turn to write, and whether anything may still be written.
 *
 * <p>One thread at a time holds the turn. The others have a {@link Place} behind it.
 */
final class WriteQueue {
    private enum State {
        OPEN,
        /** TLS is being set up, or will be: nothing else may leave. */
        SECURING,
        /** The outgoing half was ended here. */
        ENDED, CLOSED,
        /** A write has failed: a part of it may have left. */
        BROKEN
    }

    private final Wire wire;
    private final Runnable pusher;
    @GuardedBy("this")
    private @Nullable ArrayDeque<Place> places;
    @GuardedBy("this")
    private boolean taken;
    /** The turn is kept for a handshake to come; no thread has it. */
    @GuardedBy("this")
    private boolean held;
    private volatile State state = State.OPEN;
    private volatile @Nullable IOException broken;
    /** What the holder of the turn has begun and not finished; it leaves first. Guarded by the turn. */
    private @Nullable Posted rest;

    /** {@code pusher} starts a thread that has the turn, and writes what is unfinished or posted; it is run under the monitor. */
    WriteQueue(Wire wire, Runnable pusher) {
        this.wire = wire;
        this.pusher = pusher;
    }

    /** Takes a place at the end of the order. */
    synchronized Turn enter() throws IOException {
        check();
        if (!taken) {
            taken = true;
            return Turn.AT_ONCE;
        }
        var turn = new Turn(Thread.currentThread(), false);
        places().add(turn);
        return turn;
    }

    /** Adds bytes that wait without a thread. */
    synchronized PostResult post(Posted posted) {
        if (state.compareTo(State.ENDED) >= 0) {
            return PostResult.REFUSED;
        }
        places().add(posted);
        if (taken) {
            return PostResult.WAITS;
        }
        taken = true;
        return PostResult.HAS_THE_TURN;
    }

    /** What becomes of posted bytes. */
    enum PostResult {
        REFUSED, WAITS,
        /** The poster has the turn now, and must push. */
        HAS_THE_TURN
    }

    /** Takes posted bytes out again; false when they have begun to leave. */
    synchronized boolean retract(Posted posted) {
        return places != null && places.removeFirstOccurrence(posted);
    }

    /** Says what a waiting thread is to send: the holder of the turn may take it along. */
    synchronized void announce(Turn turn, byte[] bytes, int offset, int length) {
        turn.bytes = bytes;
        turn.offset = offset;
        turn.length = length;
    }

    /** Takes along the next threads, as many as fit. Holding the turn. */
    synchronized @Nullable Company gather(byte[] bytes, int offset, int length) {
        return places == null ? null : Company.gather(places, bytes, offset, length);
    }

    /** Takes the next posted bytes, as many as fit into one write. Empty, and the turn passed on, when the next place is not such. */
    synchronized List<Posted> takePosted() {
        var batch = new ArrayList<Posted>();
        var size = 0;
        while (places != null && places.peekFirst() instanceof Posted p && (batch.isEmpty() || size + p.bytes().length <= Company.MOST)) {
            batch.add(p);
            places.pollFirst();
            size += p.bytes().length;
        }
        if (batch.isEmpty()) {
            passTurn();
        }
        return batch;
    }

    /** Waits for the turn; it is held when this returns, unless the turn is {@link Turn#done}. */
    void await(Turn turn) throws IOException {
        while (!turn.granted) {
            if (turn.done) {
                return;
            }
            LockSupport.park(this);
            if (Thread.interrupted()) {
                withdraw(turn);
            }
        }
        try {
            check();
        } catch (IOException e) {
            passTurn();
            throw e;
        }
    }

    /** Leaves the order, unless the turn came at the same moment; the interrupt is then set again, for the write to see if it blocks. */
    private synchronized void withdraw(Turn turn) throws InterruptedIOException {
        if (turn.granted || turn.done) {
            Thread.currentThread().interrupt();
            return;
        }
        var e = new InterruptedIOException("interrupted while others write to " + wire.remote());
        if (places == null || !places.remove(turn)) {
            e.bytesTransferred = turn.length; // taken along: it follows by itself
        }
        throw e;
    }

    /** Gives the turn to the next place; to be called by its holder. */
    synchronized void passTurn() {
        if (rest != null) {
            pusher.run();
            return;
        }
        var next = places == null ? null : places.peekFirst();
        if (next == null) {
            taken = false;
            places = null; // an idle connection has no queue
        } else if (next instanceof Turn turn) {
            places().pollFirst();
            turn.granted = true;
            LockSupport.unpark(turn.thread);
        } else {
            pusher.run();
        }
    }

    /** Takes the turn for a handshake to come, before any other thread knows of the connection. */
    synchronized void hold() {
        taken = true;
        held = true;
        state = State.SECURING;
    }

    /** Takes the turn for a handshake: the one that was held for it, or a place in the order. Nothing else may leave until it has ended. */
    void beginSecuring() throws IOException {
        synchronized (this) {
            if (held) {
                held = false;
                return;
            }
        }
        await(enter());
        advance(State.OPEN, State.SECURING);
    }

    /** The handshake is over. */
    void endSecuring() {
        advance(State.SECURING, State.OPEN);
        passTurn();
    }

    boolean isSecuring() {
        return state == State.SECURING;
    }

    boolean isBroken() {
        return state == State.BROKEN;
    }

    /** The outgoing half is ended, by the holder of the turn. False when nothing could be written before either. */
    boolean endOutput() {
        return advance(State.OPEN, State.ENDED) || state == State.ENDED;
    }

    private synchronized boolean advance(State from, State to) {
        if (state != from) {
            return false;
        }
        state = to;
        return true;
    }

    /** Nothing may be written any more, because of this; the first reason counts. */
    synchronized void breakOff(IOException why) {
        if (state != State.BROKEN) {
            broken = why;
            state = State.BROKEN;
        }
    }

    /** Refuses further writes; the holder of the turn finishes, threads that wait get an exception. */
    synchronized void close() {
        markClosed();
        if (!taken || held) {
            taken = true;
            held = false;
            passTurn();
        }
    }

    /** No further write begins. */
    synchronized void markClosed() {
        if (state != State.BROKEN) {
            state = State.CLOSED;
        }
    }

    /** What was begun and not finished. */
    @Nullable
    Posted rest() {
        return rest;
    }

    void rest(@Nullable Posted unfinished) {
        rest = unfinished;
    }

    /** Throws what says that a write has failed. */
    void checkUnbroken() throws IOException {
        if (state == State.BROKEN) {
            check();
        }
    }

    /** Throws what says that nothing can be written any more. */
    void check() throws IOException {
        switch (state) {
            case OPEN, SECURING -> {}
            case ENDED -> throw new SocketException("cannot write to " + wire.remote() + ": the outgoing half was ended here");
            case CLOSED -> throw wire.closedHere();
            case BROKEN -> {
                var why = broken;
                var again = new SocketException("cannot write to " + wire.remote() + ": " + (why == null ? "a write failed" : why.getMessage()));
                again.initCause(why);
                throw again;
            }
        }
    }

    @GuardedBy("this")
    private ArrayDeque<Place> places() {
        if (places == null) {
            places = new ArrayDeque<>(4);
        }
        return places;
    }
}
