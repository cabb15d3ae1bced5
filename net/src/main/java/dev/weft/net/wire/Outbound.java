package dev.weft.net.wire;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;

import org.jspecify.annotations.Nullable;

/**
 * The writing half of a connection as its views use it: direct writes go straight into the {@link WriteOrder}; what the reading thread's
 * {@code Frames} write is gathered before it.
 */
public final class Outbound {
    /** As many gathered bytes leave at once even while further requests are unread. */
    private static final int GATHERED_MOST = 32 * 1024;
    /** As many bytes of {@link #frames} go into one write. */
    private static final int BATCH = 64 * 1024;

    private final Inbound inbound;
    private final WriteOrder order;
    private volatile @Nullable EncodeBuffer gathered;
    private boolean gathersSends;

    /** The writing half of this connection; it gathers while its reading half has more to read. */
    public Outbound(Wire wire, Inbound inbound) {
        this.inbound = inbound;
        order = new WriteOrder(wire);
    }

    /** Where all that leaves stands in line. */
    public WriteOrder order() {
        return order;
    }

    /** From now on the reading thread's sends are gathered as its frames are: while requests are unread. To be called by that thread. */
    public void gatherSends() {
        gathersSends = true;
    }

    /** Sends all of it, after what this thread gathered. */
    public void send(byte[] bytes, int offset, int length) throws IOException {
        if ((gathered != null || gathersSends) && inbound.isRead()) {
            gather(out -> out.write(bytes, offset, length), !gathersSends || inbound.available() == 0);
        } else {
            order.send(order.enter(), bytes, offset, length);
        }
    }

    /** Writes one frame: gathered while the reading thread has requests unread, else at once. */
    public void frame(Encoding encoding) throws IOException {
        if (inbound.isRead()) {
            gather(encoding, inbound.available() == 0);
            return;
        }
        var own = new EncodeBuffer();
        try {
            encoding.into(own);
            order.send(order.enter(), own.array(), 0, own.size());
        } finally {
            own.release();
        }
    }

    /** Writes many frames as one, until there is no further one. */
    public void frames(Encodings encodings) throws IOException {
        var own = new EncodeBuffer();
        try {
            while (encodings.next(own)) {
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

    /** Adds many messages' bytes to a buffer, one after the other. */
    @FunctionalInterface
    public interface Encodings {
        /** Adds those of the next message; false when there is none. */
        boolean next(EncodeBuffer out) throws IOException;
    }

    /** Adds a message's bytes to a buffer. */
    @FunctionalInterface
    public interface Encoding {
        /** Adds them. */
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
    public void flush() throws IOException {
        if (gathered == null) {
            return;
        }
        EncodeBuffer buffer;
        Turn turn;
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

    /** Sends what was gathered and what stands in the order, then refuses further writes. */
    public void finish() {
        try {
            if (!order.isSecuring()) {
                flush();
            }
        } catch (SocketTimeoutException e) {
            // Dropped meanwhile.
        } catch (InterruptedIOException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // Broken before: the writer has got an exception, or gets one at its next call.
        }
        order.finish();
    }

    /** Ends the outgoing half after all that was written. */
    public void shutdown() throws IOException {
        flush();
        order.shutdown();
    }
}
