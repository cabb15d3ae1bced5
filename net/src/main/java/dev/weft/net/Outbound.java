package dev.weft.net;

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

import org.jspecify.annotations.Nullable;

/**
 * The writing half of a connection: one order for all that leaves.
 *
 * <p>Whoever writes holds <em>the turn</em>. Direct writes wait for theirs in the order of their calls and block on the peer; what a
 * {@link Group} posts waits in the same order without a thread, is written by its poster as far as the socket takes it at once, and by a
 * virtual thread of its own from there on. What the reading thread's {@link Frames} write is gathered before it enters that order.
 */
final class Outbound {
    /** As many gathered bytes leave at once even while further requests are unread. */
    private static final int GATHERED_MOST = 32 * 1024;
    /** As many posted bytes go into one write. */
    private static final int BATCH = 64 * 1024;

    /** Somebody's place in the order. */
    sealed interface Place {}

    /** A thread that waits to write. */
    private static final class Turn implements Place {
        final Thread thread = Thread.currentThread();
        volatile boolean granted;
    }

    /** Bytes that wait without a thread. */
    static final class Posted implements Place {
        final byte[] bytes;
        private final Consumer<Posted> begun;
        private int sent;

        /** The task runs once, under no lock, when these bytes are about to leave or are given up: they wait no longer. */
        Posted(byte[] bytes, Consumer<Posted> begun) {
            this.bytes = bytes;
            this.begun = begun;
        }
    }

    private final Connection connection;
    private final Object gathering = new Object();
    private volatile @Nullable EncodeBuffer gathered;
    private @Nullable ArrayDeque<Place> order;
    private boolean taken;
    private boolean closed;
    private volatile @Nullable IOException broken;
    /** What the holder of the turn has begun and not finished; it goes first. */
    private @Nullable Posted current;
    private @Nullable Alarm alarm;
    private volatile long sentBytes;

    Outbound(Connection connection) {
        this.connection = connection;
    }

    /** How many bytes have been handed to the transport. */
    long sent() {
        return sentBytes;
    }

    /** Sends all of it, after what this thread gathered. */
    void send(byte[] bytes, int offset, int length) throws IOException {
        if (gathered != null && connection.inbound().isRead()) {
            gather(out -> out.write(bytes, offset, length));
            flush();
            return;
        }
        transmitInTurn(bytes, offset, length);
    }

    /** Writes one frame: gathered while the reading thread has requests unread, else at once. */
    <T> void frame(Framing<T> framing, T message) throws IOException {
        if (connection.inbound().isRead()) {
            var size = gather(out -> framing.write(message, out.data()));
            if (connection.inbound().available() == 0 || size >= GATHERED_MOST) {
                flush();
            }
            return;
        }
        var own = new EncodeBuffer();
        try {
            framing.write(message, own.data());
            transmitInTurn(own.array(), 0, own.size());
        } finally {
            own.release();
        }
    }

    /** Writes many frames as one. */
    <T> void frames(Framing<T> framing, Iterable<? extends T> messages) throws IOException {
        var own = new EncodeBuffer();
        try {
            for (var message : messages) {
                framing.write(message, own.data());
                if (own.size() >= BATCH) {
                    send(own.array(), 0, own.size());
                    own.clear();
                }
            }
            send(own.array(), 0, own.size());
        } finally {
            own.release();
        }
    }

    @FunctionalInterface
    private interface Encoding {
        void into(EncodeBuffer out) throws IOException;
    }

    /** Adds a whole message to what is gathered, or nothing of it when its framing throws. */
    private int gather(Encoding encoding) throws IOException {
        synchronized (gathering) {
            var buffer = gathered;
            if (buffer == null) {
                buffer = new EncodeBuffer();
                gathered = buffer;
            }
            var before = buffer.size();
            var whole = false;
            try {
                encoding.into(buffer);
                whole = true;
                return buffer.size();
            } finally {
                if (!whole) {
                    buffer.truncate(before);
                }
            }
        }
    }

    /** Sends what was gathered. An interrupt before any of it has left keeps it gathered. */
    void flush() throws IOException {
        if (gathered == null) {
            return;
        }
        EncodeBuffer buffer;
        synchronized (gathering) {
            buffer = gathered;
            gathered = null;
        }
        if (buffer == null) {
            return;
        }
        try {
            transmitInTurn(buffer.array(), 0, buffer.size());
        } catch (InterruptedIOException e) {
            if (e.bytesTransferred == 0 && !(e instanceof SocketTimeoutException)) {
                keep(buffer);
                buffer = new EncodeBuffer();
            }
            throw e;
        } finally {
            buffer.release();
        }
    }

    private void keep(EncodeBuffer first) {
        synchronized (gathering) {
            if (gathered != null) {
                first.write(gathered.array(), 0, gathered.size());
                gathered.release();
            }
            gathered = first;
        }
    }

    /** Puts bytes in the order and sends what the socket takes now; never blocks. False when the connection can't send any more. */
    boolean post(Posted posted) {
        synchronized (this) {
            if (closed || broken != null) {
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

    /** Sends what was gathered and what stands in the order, then lets nobody write any more. */
    void finish() {
        try {
            flush();
            takeTurn();
            synchronized (this) {
                closed = true;
            }
            passTurn();
        } catch (InterruptedIOException e) {
            if (!(e instanceof SocketTimeoutException)) {
                Thread.currentThread().interrupt();
            }
        } catch (IOException e) {
            // Broken or closed before: nothing can be sent, and whoever tried to has been told.
        }
        close();
    }

    /** Ends the outgoing half after all that stands in the order. */
    void shutdown() throws IOException {
        flush();
        takeTurn();
        try {
            if (!closed) {
                connection.channel().shutdownOutput();
                transmit(new byte[0], 0, 0); // TLS ends its half with a record, which has to leave
            }
        } finally {
            passTurn();
        }
    }

    /** Runs something between two writes: nothing leaves meanwhile. */
    void between(Connection.Action action) throws IOException {
        flush();
        takeTurn();
        try {
            action.run();
        } finally {
            passTurn();
        }
    }

    /** Nobody writes any more; who waits to is told. */
    void close() {
        synchronized (this) {
            closed = true;
            if (alarm != null) {
                alarm.cancel();
            }
            if (!taken) {
                taken = true;
                passTurnNow();
            }
        }
    }

    private void transmitInTurn(byte[] bytes, int offset, int length) throws IOException {
        takeTurn();
        try {
            transmit(bytes, offset, length);
        } finally {
            passTurn();
        }
    }

    private void takeTurn() throws IOException {
        Turn mine;
        synchronized (this) {
            check();
            if (!taken) {
                taken = true;
                return;
            }
            mine = new Turn();
            order().add(mine);
        }
        while (!mine.granted) {
            if (Thread.interrupted()) {
                synchronized (this) {
                    if (!mine.granted) {
                        order().remove(mine);
                        throw new InterruptedIOException("interrupted while others write to " + connection.remote());
                    }
                }
                Thread.currentThread().interrupt(); // the turn came at the same moment: the write itself will see the interrupt if it blocks
            }
            if (!mine.granted) {
                LockSupport.park(this);
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

    private void check() throws IOException {
        if (broken != null) {
            throw new SocketException("cannot write to " + connection.remote() + ": " + broken.getMessage());
        }
        if (closed) {
            throw connection.closedHere();
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

    /** Holding the turn: writes what was posted, then passes the turn on. What can't be sent any more is given up. */
    private void push(boolean mayBlock) {
        while (true) {
            var batch = current == null ? nextBatch() : current;
            if (batch == null) {
                return;
            }
            current = batch;
            try {
                if (mayBlock) {
                    transmit(batch.bytes, batch.sent, batch.bytes.length - batch.sent);
                } else if (!transmitNow(batch)) {
                    startPusher();
                    return;
                }
            } catch (IOException | RuntimeException e) {
                breakOff(e instanceof IOException io ? io : new IOException("writing failed", e));
            }
            current = null;
        }
    }

    /** The next posted bytes, many small ones as one; null, and the turn passed on, when a thread stands next or nobody does. */
    private @Nullable Posted nextBatch() {
        while (true) {
            var batch = new ArrayList<Posted>();
            var size = 0;
            synchronized (this) {
                while (order != null && order.peekFirst() instanceof Posted p && (batch.isEmpty() || size + p.bytes.length <= BATCH)) {
                    order.pollFirst();
                    batch.add(p);
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

    /** Holding the turn: writes all of it, waiting for the peer as long as that takes something now and then. */
    private void transmit(byte[] bytes, int offset, int length) throws IOException {
        var sent = 0;
        var deadline = Alarm.NEVER;
        var waiting = false;
        try {
            var channel = connection.channel();
            while (true) {
                if (sent < length) {
                    var n = channel.write(bytes, offset + sent, length - sent);
                    if (n > 0) {
                        sent += n;
                        count(n);
                        waiting = false;
                        connection.progressed();
                        continue;
                    }
                } else if (channel.flush()) {
                    return;
                }
                if (!waiting) {
                    waiting = true;
                    deadline = Alarm.after(connection.time(), connection.deadlines().write());
                } else if (Alarm.passed(connection.time(), deadline)) {
                    var limit = Inbound.words(connection.deadlines().write());
                    throw new SocketTimeoutException(connection.remote() + " took nothing for " + limit + "; the connection was dropped");
                }
                await(deadline);
            }
        } catch (SocketTimeoutException e) {
            breakOff(e);
            connection.abort("a write timed out");
            throw e;
        } catch (InterruptedIOException e) {
            // The rest follows by itself, so that the stream stays whole for whoever writes next.
            if (sent > 0) {
                current = new Posted(Arrays.copyOfRange(bytes, offset + sent, offset + length), _ -> {});
            }
            e.bytesTransferred = sent;
            throw e;
        } catch (IOException e) {
            var clear = connection.explain(e);
            breakOff(clear);
            throw clear;
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // only the holder of the turn counts; others look
    private void count(int n) {
        sentBytes += n;
    }

    private void await(long deadline) throws IOException {
        if (deadline == Alarm.NEVER) {
            connection.channel().awaitWritable();
            return;
        }
        Alarm a;
        synchronized (this) {
            if (alarm == null) {
                alarm = new Alarm(connection.time(), connection::wake);
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
