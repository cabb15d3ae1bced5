package dev.weft.net.wire;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;

import dev.weft.net.framing.Scan;
import dev.weft.net.framing.Slice;
import dev.weft.net.spi.ArrayDecoder;
import dev.weft.net.support.Moments;
import org.jspecify.annotations.Nullable;

/**
 * The reading half of a connection: the only buffer of what has arrived, the deadlines of reads, and the boundary between messages.
 *
 * <p>Every view reads from here and keeps nothing, so views mix. One thread reads at a time. The buffer is leased when bytes come and given
 * back when all are read and the next read has to wait.
 */
public final class Inbound {
    private static final byte[] NONE = {};

    private final Wire wire;
    private byte[] buffer = NONE;
    private int position;
    private int limit;
    private boolean ended;
    private final ReadDeadlines deadlines;
    private volatile @Nullable Thread reader;
    private volatile long received;

    /** The reading half of this wire. */
    public Inbound(Wire wire) {
        this.wire = wire;
        deadlines = new ReadDeadlines(wire);
    }

    /** How many bytes wait to be read. */
    public int available() {
        return limit - position;
    }

    /** Whether this thread was the last to read. */
    public boolean isRead() {
        return reader == Thread.currentThread();
    }

    /** From now on this thread is the one that reads, until it rests or another calls this. */
    public void mine() {
        if (reader != Thread.currentThread()) {
            reader = Thread.currentThread();
        }
    }

    /** How many bytes have come, read or not. */
    public long received() {
        return received;
    }

    /** The unread byte at {@code index}, counted from the first. */
    public byte peek(int index) {
        return buffer[position + index];
    }

    /** Where, counted from the first unread byte, the value stands at or after {@code from}; -1 when not among those that are there. */
    public int indexOf(byte value, int from) {
        var at = Scan.indexOf(buffer, position + from, limit, value);
        return at < 0 ? -1 : at - position;
    }

    /** Shows the first {@code length} unread bytes to a decoder. */
    public <T> T view(int length, Slice<T> slice) {
        return slice.of(buffer, position, length);
    }

    /** How long the message is that the unread bytes begin with, as far as they tell. */
    public int length(ArrayDecoder<?> codec) {
        return codec.length(buffer, position, available());
    }

    /** Takes the message that the first {@code length} unread bytes are. */
    public <T> T decode(ArrayDecoder<T> codec, int length) throws IOException {
        try {
            return codec.decode(buffer, position, length);
        } catch (IOException e) {
            throw malformed(e);
        } finally {
            skip(length);
            endMessage();
        }
    }

    /** The first {@code n} unread bytes have been read. */
    public void skip(int n) {
        position += n;
        if (position == limit) {
            position = 0;
            limit = 0;
        }
    }

    /** Reads what is there, at least one byte, straight into the caller's array when nothing is buffered; -1 at the end. */
    public int read(byte[] into, int offset, int length) throws IOException {
        mine();
        if (length == 0) {
            return 0;
        }
        if (available() == 0) {
            return next(into, offset, length, false, Duration.ZERO);
        }
        var n = Math.min(length, available());
        System.arraycopy(buffer, position, into, offset, n);
        skip(n);
        return n;
    }

    /** The next byte; -1 at the end. */
    public int read() throws IOException {
        if (available() == 0 && !fill()) {
            return -1;
        }
        var b = buffer[position] & 0xff;
        skip(1);
        return b;
    }

    /** What has arrived, at most {@code max} bytes, waiting for the first; empty at the end. */
    public byte[] receive(int max) throws IOException {
        mine();
        if (max < 1) {
            throw new IllegalArgumentException("receive(" + max + ")");
        }
        if (available() == 0 && !fill()) {
            return NONE;
        }
        var bytes = view(Math.min(max, available()), Slice.COPY);
        skip(bytes.length);
        return bytes;
    }

    /** Waits until at least one more byte is buffered behind those that are; false at the end of the stream. */
    public boolean fill() throws IOException {
        return next(null, 0, 0, false, Duration.ZERO) > 0;
    }

    /** Waits for a message's first byte; false at the end of the stream or when the server drains. */
    public boolean awaitMessage() throws IOException {
        return awaitMessage(Duration.ZERO);
    }

    /** The same, for so long at most; zero means no limit. */
    public boolean awaitMessage(Duration most) throws IOException {
        endMessage();
        mine();
        if (available() == 0 && next(null, 0, 0, true, most) < 0) {
            return false;
        }
        deadlines.beginMessage();
        return true;
    }

    /** Reads what is there now, behind what is buffered; 0 when nothing is, -1 at the end of the stream. */
    public int readNow() throws IOException {
        mine();
        if (ended) {
            return -1;
        }
        try {
            var n = readBehind();
            if (n > 0) {
                arrived(n);
            } else if (n < 0) {
                ended = true;
            }
            return n;
        } catch (IOException e) {
            releaseIfEmpty();
            throw wire.explain(e);
        }
    }

    /**
     * No thread reads from now on, until an event of the channel: the deadlines run, and no buffer is kept unless a part of a message is in it.
     *
     * @return false when no further message may begin, as the server drains
     * @throws SocketTimeoutException when a deadline has passed
     */
    public boolean rest() throws SocketTimeoutException {
        releaseIfEmpty();
        var patience = Moments.NEVER;
        if (available() == 0 && wire.draining()) {
            patience = wire.mayBeginUntil();
            if (Moments.passed(wire.time(), patience)) {
                return false;
            }
        }
        deadlines.rest(available() > 0, patience);
        reader = null;
        return true;
    }

    /** The message that was begun is whole: time is idle time again. */
    public void endMessage() {
        deadlines.endMessage();
    }

    /**
     * What a framing threw over the bytes that have come: the peer sent them. But an interrupt is not the peer's doing, nor is
     * what another socket said that some framing has asked.
     */
    public IOException malformed(IOException e) {
        return e instanceof SocketException || e instanceof InterruptedIOException ? e : wire.blame(e);
    }

    /** A message was wanted and there is none. */
    public EOFException noMessage() {
        return new EOFException(wire.remote() + (wire.draining() && !ended
                ? ": no further message, the server drains"
                : ": no further message, the peer has ended"));
    }

    /** Gives the alarm back, and the buffer unless another thread may still read from it; the connection is closed. */
    public void close() {
        if (isRead()) {
            position = limit;
            releaseIfEmpty();
        }
        deadlines.close();
    }

    /** So many bytes have come. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // only the reading thread counts; others look
    public void count(long n) {
        received += n;
    }

    /**
     * Reads into the caller's array, or, without one, behind what is buffered.
     *
     * @param boundary whether a message begins here, so that a drain may end the stream
     * @param most how long the caller wants to wait, beside the deadlines; zero means no limit
     * @return how many bytes came; -1 at the end
     */
    private int next(byte @Nullable [] into, int offset, int length, boolean boundary, Duration most) throws IOException {
        if (ended) {
            return -1;
        }
        mine();
        deadlines.checkMessage();
        var waiting = false;
        var deadline = Moments.NEVER;
        var callers = Moments.NEVER;
        var patience = Moments.NEVER;
        while (true) {
            int n;
            try {
                n = into == null ? readBehind() : wire.channel().read(into, offset, length);
            } catch (IOException e) {
                releaseIfEmpty();
                throw wire.explain(e);
            }
            if (n != 0) {
                if (n < 0) {
                    ended = true;
                    releaseIfEmpty();
                    return -1;
                }
                arrived(n);
                return n;
            }
            releaseIfEmpty();
            wire.beforeWait();
            if (boundary && wire.draining()) {
                patience = wire.mayBeginUntil();
                if (Moments.passed(wire.time(), patience)) {
                    return -1;
                }
            }
            if (!waiting) {
                waiting = true;
                deadline = deadlines.next();
                callers = Moments.limit(wire.time(), most);
            } else if (Moments.passed(wire.time(), deadline)) {
                throw deadlines.timeout();
            } else if (Moments.passed(wire.time(), callers)) {
                throw new SocketTimeoutException(wire.remote() + ": nothing came for " + Moments.words(most));
            }
            deadlines.await(Moments.earlier(Moments.earlier(deadline, callers), patience));
        }
    }

    private int readBehind() throws IOException {
        if (buffer == NONE) {
            buffer = Buffers.lease();
        } else if (limit == buffer.length) {
            makeRoom();
        }
        var n = wire.channel().read(buffer, limit, buffer.length - limit);
        if (n > 0) {
            limit += n;
        }
        return n;
    }

    /** Moves the unread bytes to the front, or, when they fill more than half, into twice the room: no byte is copied often. */
    private void makeRoom() {
        var unread = available();
        var room = unread > buffer.length / 2 ? new byte[buffer.length * 2] : buffer;
        System.arraycopy(buffer, position, room, 0, unread);
        if (room != buffer) {
            Buffers.release(buffer);
            buffer = room;
        }
        position = 0;
        limit = unread;
    }

    private void releaseIfEmpty() {
        if (position == limit && buffer != NONE) {
            Buffers.release(buffer);
            buffer = NONE;
            position = 0;
            limit = 0;
        }
    }

    private void arrived(int n) {
        deadlines.progressed();
        count(n);
        wire.progressed();
    }
}
