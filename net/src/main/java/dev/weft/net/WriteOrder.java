package dev.weft.net;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import dev.weft.net.support.DeadlineTimer;
import dev.weft.net.support.Moments;
import org.jspecify.annotations.Nullable;

/**
 * The one order of all that leaves by a connection.
 *
 * <p>Whoever writes holds <em>the turn</em>. Threads wait for theirs in the order of their calls and block on the peer; whose turn it is takes
 * along what the next in the order want to send, so that many small writes are one. What is {@linkplain #post posted} waits in the same
 * order without a thread; its poster writes as much as the socket takes at once, a virtual thread of the connection's own the rest. After a
 * failed write, whatever failed it, nobody writes any more: a part may have left.
 */
final class WriteOrder {
    /** As many bytes of several writers go into one write. */
    private static final int BATCH = 64 * 1024;

    /** Somebody's place in the order. */
    sealed interface Place {}

    /** A thread that waits to write. */
    static final class Turn implements Place {
        /** That of whoever finds nobody writing, which is nearly always: one for all, as it has nothing to remember. */
        private static final Turn AT_ONCE = new Turn(null, true);

        private final @Nullable Thread thread;
        private volatile boolean granted;
        /** What it is to send, once that is known and as long as it waits; somebody else may take it along. */
        private byte @Nullable [] bytes;
        private int offset;
        private int length;
        /** Somebody has taken it along, and has come to an end with it. */
        private volatile boolean done;
        private @Nullable IOException failure;

        private Turn(@Nullable Thread thread, boolean granted) {
            this.thread = thread;
            this.granted = granted;
        }
    }

    /** Bytes that wait without a thread. */
    static final class Posted implements Place {
        final byte[] bytes;
        private final Consumer<Posted> begun;
        private List<Turn> company = List.of();
        private int sent;

        /** The task runs once, under no lock, when these bytes are about to leave or are given up: they wait no longer. */
        Posted(byte[] bytes, Consumer<Posted> begun) {
            this.bytes = bytes;
            this.begun = begun;
        }
    }

    private final Connection connection;
    private @Nullable ArrayDeque<Place> order;
    private boolean taken;
    private boolean closed;
    private boolean ended;
    /** The turn is kept for a handshake to come. */
    private boolean held;
    /** TLS is being set up, or will be: nothing else may leave. */
    private volatile boolean securing;
    private volatile @Nullable IOException broken;
    /** What the holder of the turn has begun and not finished; it goes first. */
    private @Nullable Posted current;
    private @Nullable DeadlineTimer alarm;
    private volatile long sentBytes;

    WriteOrder(Connection connection) {
        this.connection = connection;
    }

    /** How many bytes have been handed to the transport. */
    long sent() {
        return sentBytes;
    }

    /** How many the peer has taken, as far as that can be told; of those that the transport has taken, not less. */
    long taken() {
        return sentBytes - Math.max(0, connection.channel().unacknowledged());
    }

    /** Takes a place at the end of the order; for {@link #send(Turn, byte[], int, int)}, which must follow. */
    synchronized Turn enter() throws IOException {
        check();
        if (!taken) {
            taken = true;
            return Turn.AT_ONCE;
        }
        var turn = new Turn(Thread.currentThread(), false);
        order().add(turn);
        return turn;
    }

    /** Sends all of it when the turn comes, or lets it be taken along. */
    void send(Turn turn, byte[] bytes, int offset, int length) throws IOException {
        if (!turn.granted && !carry(turn, bytes, offset, length)) {
            return;
        }
        Together all = null;
        try {
            all = together(bytes, offset, length);
            if (all == null) {
                transmit(bytes, offset, length, length);
            } else {
                transmit(all.bytes, 0, all.bytes.length, length);
            }
        } finally {
            if (all != null) {
                settle(all.company);
            }
            passTurn();
        }
    }

    /** Waits for the turn with something to send; false when somebody has taken that along. */
    private boolean carry(Turn turn, byte[] bytes, int offset, int length) throws IOException {
        synchronized (this) {
            turn.bytes = bytes;
            turn.offset = offset;
            turn.length = length;
        }
        await(turn);
        if (!turn.done) {
            return true;
        }
        if (turn.failure != null) {
            throw turn.failure;
        }
        return false;
    }

    /** Several writers' bytes as one: first those of whose turn it is, then those of his company. */
    private static final class Together {
        private final byte[] bytes;
        private final List<Turn> company;

        Together(byte[] bytes, List<Turn> company) {
            this.bytes = bytes;
            this.company = company;
        }
    }

    /** Takes along those who stand next, as many as fit; null when nobody does. Copies, as whoever is interrupted takes his array away. */
    private synchronized @Nullable Together together(byte[] bytes, int offset, int length) {
        if (order == null || !(order.peekFirst() instanceof Turn first) || first.bytes == null || length > BATCH - first.length) {
            return null;
        }
        var company = new ArrayList<Turn>();
        var all = new ByteArrayOutputStream();
        all.write(bytes, offset, length);
        for (var place : order) {
            if (!(place instanceof Turn next) || next.bytes == null || all.size() + next.length > BATCH) {
                break;
            }
            all.write(next.bytes, next.offset, next.length);
            company.add(next);
        }
        var together = new Together(all.toByteArray(), company);
        company.forEach(_ -> order().removeFirst()); // last: if there was no memory for all this, they still stand in line
        return together;
    }

    /** Those who were taken along go on, now or when the rest has left. */
    private void settle(List<Turn> company) {
        var rest = current;
        if (rest == null) {
            dismiss(company);
        } else {
            rest.company = company;
        }
    }

    private void dismiss(List<Turn> company) {
        for (var turn : company) {
            try {
                if (broken != null) {
                    check();
                }
            } catch (IOException e) {
                turn.failure = e;
            }
            turn.done = true;
            LockSupport.unpark(turn.thread);
        }
    }

    /** Puts bytes in the order and sends what the socket takes now; never blocks. False when the connection can't send any more. */
    boolean post(Posted posted) {
        synchronized (this) {
            if (closed || ended || broken != null) {
                return false;
            }
            order().add(posted);
            if (taken) {
                return true;
            }
            taken = true;
        }
        push(false);
        return true;
    }

    /** Takes posted bytes out of the order again; false when they have begun to leave. */
    synchronized boolean retract(Posted posted) {
        return order != null && order.removeFirstOccurrence(posted);
    }

    /** Sends what stands in the order, then lets nobody write any more. */
    void finish() {
        if (!securing) {
            try {
                await(enter());
                synchronized (this) {
                    closed = true;
                }
                passTurn();
            } catch (SocketTimeoutException e) {
                // Dropped meanwhile.
            } catch (InterruptedIOException e) {
                Thread.currentThread().interrupt();
            } catch (IOException e) {
                // Broken or closed before: nothing can be sent, and whoever tried to has been told.
            }
        }
        close();
    }

    /** Ends the outgoing half after all that stands in the order. */
    void shutdown() throws IOException {
        await(enter());
        try {
            if (!closed) {
                ended = true;
                connection.channel().shutdownOutput();
                transmit(new byte[0], 0, 0, 0); // TLS ends its half with a record, which has to leave
            }
        } finally {
            passTurn();
        }
    }

    /** Takes the turn for a handshake to come, before anybody else knows of the connection. */
    synchronized void hold() {
        taken = true;
        held = true;
        securing = true;
    }

    /** Whether TLS is being set up, or will be. */
    boolean isSecuring() {
        return securing;
    }

    /** Runs a handshake between two writes. If it fails nothing may leave any more: what waits was meant to be secret. */
    void secure(Connection.Action handshake) throws IOException {
        if (!takeHeld()) {
            await(enter());
            securing = true;
        }
        try {
            handshake.run();
        } catch (IOException | RuntimeException | Error e) {
            breakOff(new IOException("TLS could not be set up", e));
            throw e;
        } finally {
            securing = false;
            passTurn();
        }
    }

    private synchronized boolean takeHeld() {
        var was = held;
        held = false;
        return was;
    }

    /** Nobody writes any more; who waits to is told. */
    void close() {
        synchronized (this) {
            closed = true;
            if (alarm != null) {
                alarm.cancel();
            }
            if (!taken || held) {
                taken = true;
                held = false;
                securing = false;
                passTurnNow();
            }
        }
    }

    private void await(Turn turn) throws IOException {
        while (!turn.granted) {
            if (turn.done) {
                return;
            }
            LockSupport.park(this);
            if (Thread.interrupted()) {
                withdraw(turn);
            }
        }
        synchronized (this) {
            try {
                check();
            } catch (IOException e) {
                passTurnNow();
                throw e;
            }
        }
    }

    /** Leaves the order, unless the turn came at the same moment; the interrupt is then set again, for the write to see if it blocks. */
    private synchronized void withdraw(Turn turn) throws InterruptedIOException {
        if (turn.granted || turn.done) {
            Thread.currentThread().interrupt();
            return;
        }
        var e = new InterruptedIOException("interrupted while others write to " + connection.remote());
        if (order == null || !order.remove(turn)) {
            e.bytesTransferred = turn.length; // taken along: it follows by itself
        }
        throw e;
    }

    private void check() throws IOException {
        if (broken != null) {
            var again = new SocketException("cannot write to " + connection.remote() + ": " + broken.getMessage());
            again.initCause(broken);
            throw again;
        }
        if (closed) {
            throw connection.closedHere();
        }
        if (ended) {
            throw new SocketException("cannot write to " + connection.remote() + ": the outgoing half was ended here");
        }
    }

    private void passTurn() {
        synchronized (this) {
            passTurnNow();
        }
    }

    /** Holding both the turn and the monitor. */
    private void passTurnNow() {
        if (current != null) {
            startPusher();
            return;
        }
        var next = order == null ? null : order.peekFirst();
        if (next == null) {
            taken = false;
            order = null; // an idle connection holds no queue
        } else if (next instanceof Turn turn) {
            order().pollFirst();
            turn.granted = true;
            LockSupport.unpark(turn.thread);
        } else {
            startPusher();
        }
    }

    private void startPusher() {
        Thread.ofVirtual().name("weft-push-" + connection.id()).start(() -> push(true));
    }

    /**
     * Holding the turn: writes what was posted, then passes the turn on. What can't be sent any more is given up. A poster, who may not
     * block, writes one batch and leaves what came meanwhile to a thread of the connection's own.
     */
    private void push(boolean mayBlock) {
        for (var first = true;; first = false) {
            var batch = current;
            try {
                batch = batch == null ? nextBatch() : batch;
                if (batch == null) {
                    return;
                }
                current = batch;
                if (mayBlock) {
                    var left = batch.bytes.length - batch.sent;
                    transmit(batch.bytes, batch.sent, left, left);
                } else if (!first || !transmitNow(batch)) {
                    startPusher();
                    return;
                }
            } catch (Throwable t) { // a poster, or nobody, would see it; the turn must go on
                breakOff(t instanceof IOException e ? e : new IOException("writing failed: " + t, t));
                if (t instanceof SocketTimeoutException) {
                    connection.memberNews().tooSlow(connection, String.valueOf(t.getMessage()));
                }
            }
            current = null;
            if (batch != null) {
                dismiss(batch.company);
            }
        }
    }

    /** The next posted bytes, many small ones as one; null, and the turn passed on, when a thread stands next or nobody does. */
    private @Nullable Posted nextBatch() {
        while (true) {
            var batch = new ArrayList<Posted>();
            var size = 0;
            synchronized (this) {
                while (order != null && order.peekFirst() instanceof Posted p && (batch.isEmpty() || size + p.bytes.length <= BATCH)) {
                    batch.add(p);
                    order.pollFirst();
                    size += p.bytes.length;
                }
                if (batch.isEmpty()) {
                    passTurnNow();
                    return null;
                }
            }
            batch.forEach(p -> p.begun.accept(p));
            if (broken == null && connection.isOpen()) {
                return batch.size() == 1 ? batch.getFirst() : joined(batch, size);
            }
        }
    }

    private static Posted joined(List<Posted> batch, int size) {
        var bytes = new byte[size];
        var at = 0;
        for (var p : batch) {
            System.arraycopy(p.bytes, 0, bytes, at, p.bytes.length);
            at += p.bytes.length;
        }
        return new Posted(bytes, _ -> {});
    }

    /** Writes without waiting; true when all has left. */
    private boolean transmitNow(Posted batch) throws IOException {
        var channel = connection.channel();
        while (batch.sent < batch.bytes.length) {
            var n = channel.write(batch.bytes, batch.sent, batch.bytes.length - batch.sent);
            if (n == 0) {
                return false;
            }
            batch.sent += n;
            count(n);
        }
        connection.progressed();
        return channel.flush();
    }

    /**
     * Holding the turn: writes all of it, waiting for the peer as long as that takes something now and then. What an interrupt leaves over
     * follows by itself, so that the stream stays whole for others; but of what nothing has left, only what is the others'.
     *
     * @param own so much of it is the caller's
     */
    private void transmit(byte[] bytes, int offset, int length, int own) throws IOException {
        var sent = 0;
        WritePatience patience = null; // most writes need none
        try {
            var channel = connection.channel();
            while (true) {
                if (sent < length) {
                    var n = channel.write(bytes, offset + sent, length - sent);
                    if (n > 0) {
                        sent += n;
                        count(n);
                        if (patience != null) {
                            patience.progressed();
                        }
                        connection.progressed();
                        continue;
                    }
                } else if (channel.flush()) {
                    return;
                }
                if (patience == null) {
                    patience = new WritePatience(connection.time(), connection.deadlines().write());
                }
                if (patience.mayWait(channel)) {
                    awaitRoom(patience.next());
                }
            }
        } catch (WritePatience.TooSlow _) {
            var limit = Moments.words(connection.deadlines().write());
            var e = connection.blame(
                    new SocketTimeoutException(connection.remote() + " took nothing for " + limit + "; the connection was dropped"));
            breakOff(e);
            connection.abort("a write timed out");
            throw e;
        } catch (SocketTimeoutException e) {
            breakOff(e);
            connection.abort("a write timed out");
            throw e;
        } catch (InterruptedIOException e) {
            var from = sent == 0 ? own : sent;
            if (from < length) {
                current = new Posted(Arrays.copyOfRange(bytes, offset + from, offset + length), _ -> {});
            }
            e.bytesTransferred = Math.min(sent, own);
            throw e;
        } catch (IOException e) {
            var clear = connection.explain(e);
            breakOff(clear);
            throw clear;
        } catch (RuntimeException | Error e) {
            breakOff(new IOException("writing failed: " + e, e));
            throw e;
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // only the holder of the turn counts; others look
    void count(long n) {
        sentBytes += n;
    }

    private void awaitRoom(long deadline) throws IOException {
        if (deadline == Moments.NEVER) {
            connection.channel().awaitWritable();
            return;
        }
        DeadlineTimer a;
        synchronized (this) {
            if (alarm == null) {
                alarm = new DeadlineTimer(connection.time(), connection::wake);
            }
            a = alarm;
        }
        a.set(deadline);
        try {
            connection.channel().awaitWritable();
        } finally {
            a.clear();
        }
    }

    private void breakOff(IOException e) {
        if (broken == null) {
            broken = e;
        }
    }

    private ArrayDeque<Place> order() {
        if (order == null) {
            order = new ArrayDeque<>(4);
        }
        return order;
    }
}
