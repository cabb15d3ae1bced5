package dev.weft.net;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;

import org.jspecify.annotations.Nullable;

/**
 * The writing half of a connection as its views use it: direct writes go straight into the {@link WriteOrder}; what the reading thread's
 * {@link Frames} write is gathered before it.
 */
final class Outbound {
    /** As many gathered bytes leave at once even while further requests are unread. */
    private static final int GATHERED_MOST = 32 * 1024;
    /** As many bytes of {@link #frames} go into one write. */
    private static final int BATCH = 64 * 1024;

    private final Connection connection;
    private final WriteOrder order;
    private volatile @Nullable EncodeBuffer gathered;

    Outbound(Connection connection) {
        this.connection = connection;
        order = new WriteOrder(connection);
    }

    /** Where all that leaves stands in line. */
    WriteOrder order() {
        return order;
    }

    /** Sends all of it, after what this thread gathered. */
    void send(byte[] bytes, int offset, int length) throws IOException {
        if (gathered != null && connection.inbound().isRead()) {
            gather(out -> out.write(bytes, offset, length), true);
        } else {
            order.send(order.enter(), bytes, offset, length);
        }
    }

    /** Writes one frame: gathered while the reading thread has requests unread, else at once. */
    <T> void frame(Framing<T> framing, T message) throws IOException {
        if (connection.inbound().isRead()) {
            gather(out -> out.add(framing, message), connection.inbound().available() == 0);
            return;
        }
        var own = new EncodeBuffer();
        try {
            own.add(framing, message);
            order.send(order.enter(), own.array(), 0, own.size());
        } finally {
            own.release();
        }
    }

    /** Writes many frames as one. */
    <T> void frames(Framing<T> framing, Iterable<? extends T> messages) throws IOException {
        var own = new EncodeBuffer();
        try {
            for (var message : messages) {
                own.add(framing, message);
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

    /**
     * Adds a whole message to what is gathered, and sends that if asked to or if it is much. When this throws, nothing of the message stays
     * behind unless a part of it has left.
     */
    private void gather(Encoding encoding, boolean send) throws IOException {
        int before;
        int after;
        synchronized (this) {
            var buffer = gathered;
            if (buffer == null) {
                buffer = new EncodeBuffer();
                gathered = buffer;
            }
            before = buffer.size();
            var whole = false;
            try {
                encoding.into(buffer);
                whole = true;
                after = buffer.size();
            } finally {
                if (!whole) {
                    buffer.truncate(before);
                }
            }
        }
        if (send || after >= GATHERED_MOST) {
            try {
                flush();
            } catch (InterruptedIOException e) {
                takeBack(e, before, after);
                throw e;
            }
        }
    }

    /** A message whose write was interrupted before any byte left was not written: its writer may write it again. */
    private void takeBack(InterruptedIOException e, int before, int after) {
        synchronized (this) {
            if (isUntouched(e) && gathered != null && gathered.size() == after) {
                gathered.truncate(before);
            }
        }
    }

    /** Sends what was gathered. An interrupt before any of it has left keeps it gathered. */
    void flush() throws IOException {
        if (gathered == null) {
            return;
        }
        EncodeBuffer buffer;
        WriteOrder.Turn turn;
        synchronized (this) { // its place is taken before the reading thread can write again
            buffer = gathered;
            if (buffer == null) {
                return;
            }
            turn = order.enter();
            gathered = null;
        }
        try {
            order.send(turn, buffer.array(), 0, buffer.size());
        } catch (InterruptedIOException e) {
            if (isUntouched(e)) {
                keep(buffer);
                buffer = new EncodeBuffer();
            }
            throw e;
        } finally {
            buffer.release();
        }
    }

    private static boolean isUntouched(InterruptedIOException e) {
        return e.bytesTransferred == 0 && !(e instanceof SocketTimeoutException);
    }

    private void keep(EncodeBuffer first) {
        synchronized (this) {
            if (gathered != null) {
                first.write(gathered.array(), 0, gathered.size());
                gathered.release();
            }
            gathered = first;
        }
    }

    /** Sends what was gathered and what stands in the order, then lets nobody write any more. */
    void finish() {
        try {
            if (!order.isSecuring()) {
                flush();
            }
        } catch (SocketTimeoutException e) {
            // Dropped meanwhile.
        } catch (InterruptedIOException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // Broken before: whoever wrote has been told, or will be at the next call.
        }
        order.finish();
    }

    /** Ends the outgoing half after all that was written. */
    void shutdown() throws IOException {
        flush();
        order.shutdown();
    }
}
