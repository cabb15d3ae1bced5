package dev.weft.net;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;

/**
 * What a {@link Framing} reads a message of a connection from. It counts the message's bytes against the limit, and built-in framings look
 * through it at the connection's own buffer, wherever they stand in a composition.
 */
final class FrameInput extends DataInputStream {
    private final Counted counted;

    FrameInput(Inbound inbound) {
        this(new Counted(inbound));
    }

    private FrameInput(Counted counted) {
        super(counted);
        this.counted = counted;
    }

    Inbound inbound() {
        return counted.inbound;
    }

    /** Another message begins, of so many bytes at most. */
    void begin(long limit) {
        counted.limit = limit;
        counted.left = limit;
    }

    /** The smaller of a framing's own limit and what the framing around it has left for it. */
    int most(int limit) {
        return (int) Math.min(limit, counted.left);
    }

    /** So many bytes of the message have been taken out of the buffer directly. */
    void spend(int n) throws ProtocolException {
        counted.spend(n);
    }

    private static final class Counted extends InputStream {
        final Inbound inbound;
        long limit;
        long left;

        Counted(Inbound inbound) {
            this.inbound = inbound;
        }

        void spend(int n) throws ProtocolException {
            left -= n;
            if (left < 0) {
                throw new ProtocolException("a message is longer than the limit of " + limit + " bytes");
            }
        }

        @Override
        public int read() throws IOException {
            spend(1);
            return inbound.read();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (length > 0 && left == 0) {
                spend(1);
            }
            var n = inbound.read(into, offset, (int) Math.min(length, left));
            left -= Math.max(0, n);
            return n;
        }

        @Override
        public int available() {
            return inbound.available();
        }
    }
}
