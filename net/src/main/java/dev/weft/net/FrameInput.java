package dev.weft.net;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;

import dev.weft.net.framing.FrameSource;
import dev.weft.net.framing.Slice;
import dev.weft.net.wire.Inbound;

/**
 * What a {@link Framing} reads a message of a connection from. It counts the message's bytes against the limit, and built-in framings look
 * through it at the connection's own buffer, wherever they stand in a composition.
 */
final class FrameInput extends DataInputStream implements FrameSource {
    private final Counted counted;

    FrameInput(Inbound inbound) {
        this(new Counted(inbound));
    }

    private FrameInput(Counted counted) {
        super(counted);
        this.counted = counted;
    }

    /** Another message begins, of so many bytes at most. */
    void begin(long limit) {
        counted.limit = limit;
        counted.left = limit;
    }

    @Override
    public int available() {
        return counted.inbound.available();
    }

    @Override
    public byte peek(int index) {
        return counted.inbound.peek(index);
    }

    @Override
    public int indexOf(byte value, int from) {
        return counted.inbound.indexOf(value, from);
    }

    @Override
    public <T> T view(int length, Slice<T> slice) {
        return counted.inbound.view(length, slice);
    }

    @Override
    public void take(int length) throws ProtocolException {
        counted.spend(length);
        counted.inbound.skip(length);
    }

    @Override
    public boolean fill() throws IOException {
        return counted.inbound.fill();
    }

    @Override
    public byte[] receive(int most) throws IOException {
        var bytes = counted.inbound.receive(Math.max(1, most(most)));
        counted.spend(bytes.length);
        return bytes;
    }

    @Override
    public int most(int limit) {
        return (int) Math.min(limit, counted.left);
    }

    @Override
    public boolean keepsRest() {
        return true;
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
