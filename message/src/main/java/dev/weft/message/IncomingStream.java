package dev.weft.message;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.BooleanSupplier;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weft.net.TimeSource;
import dev.weft.net.support.Moments;
import dev.weft.net.support.TimedCondition;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a stream, in order, until its last one. To be read by one thread, not the connection's own reading thread.
 *
 * <p>{@value #MOST} parts may wait here; then the connection's reading thread waits too, and with it the sender: a stream that is not read
 * blocks its connection; {@link #close} drops its other parts and unblocks it.
 */
public final class IncomingStream implements Iterable<Message>, Closeable {
    /** How many parts may wait. */
    static final int MOST = 64;

    private final long id;
    private final int type;
    private final Runnable leave;
    private final TimedCondition changed;
    @GuardedBy("this")
    private final ArrayDeque<Message> parts = new ArrayDeque<>();
    @GuardedBy("this")
    private boolean ended;
    @GuardedBy("this")
    private boolean closed;
    @GuardedBy("this")
    private @Nullable IOException broken;

    /** The task runs when it is closed: its parts are not waited for any more. */
    IncomingStream(long id, int type, TimeSource time, Runnable leave) {
        this.id = id;
        this.type = type;
        this.leave = leave;
        changed = new TimedCondition(time);
    }

    /** The id that all its parts bear. */
    public long id() {
        return id;
    }

    /** The type of its first part, or of the request that it answers. */
    public int type() {
        return type;
    }

    /**
     * The next part, waiting for it.
     *
     * @throws EOFException after the last part
     * @throws IOException when the connection ended before it
     */
    public Message read() throws IOException {
        return read(Duration.ZERO);
    }

    /**
     * The next part.
     *
     * @param timeout how long to wait for it; zero means no limit
     * @throws SocketTimeoutException when none came in time; it may be asked for again
     * @throws EOFException after the last part
     * @throws IOException when the connection ended before it
     */
    public Message read(Duration timeout) throws IOException {
        if (!await(this::isReadable, Moments.limit(changed.time(), timeout))) {
            throw new SocketTimeoutException("no part of the stream " + TypeNames.of(type) + " came for " + timeout.toMillis() + " ms");
        }
        var part = take();
        changed.signal();
        return part;
    }

    private synchronized boolean isReadable() {
        return !parts.isEmpty() || broken != null || ended || closed;
    }

    private synchronized Message take() throws IOException {
        if (!parts.isEmpty()) {
            return parts.remove();
        }
        if (broken != null) {
            throw new IOException("the stream " + TypeNames.of(type) + " broke off: " + broken.getMessage(), broken);
        }
        throw new EOFException("the stream " + TypeNames.of(type) + " has ended");
    }

    /** Each part until the last; it throws {@link UncheckedIOException} around what {@link #read} throws when the stream breaks off. */
    @Override
    public Iterator<Message> iterator() {
        return new Iterator<>() {
            private @Nullable Message next;

            @Override
            public boolean hasNext() {
                if (next == null) {
                    try {
                        next = read();
                    } catch (EOFException e) {
                        return false;
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
                return true;
            }

            @Override
            public Message next() {
                if (!hasNext() || next == null) {
                    throw new NoSuchElementException();
                }
                var m = next;
                next = null;
                return m;
            }
        };
    }

    /** Drops what has come and what comes still. */
    @Override
    public void close() {
        leave.run(); // first: what comes from now on is late
        synchronized (this) {
            closed = true;
            parts.clear();
        }
        changed.signal();
    }

    /** The next part has come; waits while too many do. True when it was the last. Only one thread calls this. */
    boolean offer(Message m) throws IOException {
        if (isFull()) {
            await(() -> !isFull(), Moments.NEVER);
        }
        var last = m.stream() != Message.PART;
        synchronized (this) {
            ended = last;
            if (!closed && !(m.stream() == Message.LAST_PART && m.data().length == 0)) { // which only says that it is over
                parts.add(m);
            }
        }
        changed.signal();
        return last;
    }

    /** Whether its next part would have to wait. */
    synchronized boolean isFull() {
        return parts.size() >= MOST && !closed && broken == null;
    }

    /** The rest will not come. */
    void fail(IOException reason) {
        synchronized (this) {
            if (!ended) {
                broken = reason;
            }
        }
        changed.signal();
    }

    private boolean await(BooleanSupplier condition, long moment) throws InterruptedIOException {
        try {
            return changed.waitFor(condition, moment);
        } catch (InterruptedException e) {
            throw new InterruptedIOException("interrupted in the stream " + TypeNames.of(type));
        }
    }
}
