package dev.weft.net.framing;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * A source for one message over any stream. Nothing can be given back to a stream, so it never reads beyond the message: {@link #fill} reads
 * one byte.
 */
public final class StreamSource extends InputStream implements FrameSource {
    private static final int FIRST_SIZE = 64;
    private static final int MOST_AT_ONCE = 8 * 1024;

    private final InputStream in;
    private byte[] buffer = {};
    private int position;
    private int limit;

    /** A source for the next message of the stream. */
    public StreamSource(InputStream in) {
        this.in = in;
    }

    @Override
    public int available() {
        return limit - position;
    }

    @Override
    public byte peek(int index) {
        return buffer[position + index];
    }

    @Override
    public int indexOf(byte value, int from) {
        var at = Scan.indexOf(buffer, position + from, limit, value);
        return at < 0 ? -1 : at - position;
    }

    @Override
    public <T> T view(int length, Slice<T> slice) {
        return slice.of(buffer, position, length);
    }

    /** The limit is the codec's own: nobody else counts these bytes. */
    @Override
    public void take(int length) {
        position += length;
    }

    @Override
    public boolean fill() throws IOException {
        return fillUntil((byte) 0, 0);
    }

    @Override
    public boolean fillUntil(byte value, long enough) throws IOException {
        var bytes = buffer;
        var end = limit;
        int b;
        do {
            b = in.read();
            if (b < 0) {
                break;
            }
            if (end == bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(FIRST_SIZE, bytes.length * 2));
            }
            bytes[end++] = (byte) b;
        } while ((byte) b != value && end - position < enough);
        var come = end > limit;
        buffer = bytes;
        limit = end;
        return come;
    }

    @Override
    public int read() throws IOException {
        return available() > 0 ? buffer[position++] & 0xff : in.read();
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (available() == 0) {
            return in.read(into, offset, length);
        }
        var n = Math.min(length, available());
        System.arraycopy(buffer, position, into, offset, n);
        position += n;
        return n;
    }

    @Override
    public int readUnsignedByte() throws IOException {
        var b = read();
        if (b < 0) {
            throw new EOFException("the stream ended inside a message");
        }
        return b;
    }

    @Override
    public byte[] receive(int most) throws IOException {
        var bytes = new byte[Math.min(most, MOST_AT_ONCE)];
        return Arrays.copyOf(bytes, Math.max(0, read(bytes, 0, bytes.length)));
    }

    @Override
    public int most(int limit) {
        return limit;
    }

    @Override
    public boolean keepsRest() {
        return false;
    }
}
