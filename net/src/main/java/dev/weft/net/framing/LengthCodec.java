package dev.weft.net.framing;

import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;

/** A big-endian unsigned length, then the body; the limit is the body's. */
public record LengthCodec(int width, int limit) implements FrameCodec<byte[]> {
    /** Checks the width and the limit. */
    public LengthCodec {
        FrameLimit.check(limit);
        if (width < 1 || width > 8 || (width > 4 && width < 8)) {
            throw new IllegalArgumentException("a length is 1, 2, 3, 4 or 8 bytes wide, not " + width);
        }
    }

    @Override
    public byte[] read(FrameSource source) throws IOException {
        while (source.available() < width) {
            if (!source.fill()) {
                throw new EOFException("the stream ended before the length of a message");
            }
        }
        long length = 0;
        for (int i = 0; i < width; i++) {
            length = (length << 8) | (source.peek(i) & 0xff);
        }
        source.take(width);
        if (length < 0 || length > limit) {
            throw FrameLimit.exceeded("a message", length, limit);
        }
        return source.readBody((int) length);
    }

    @Override
    public void write(byte[] message, DataOutputStream out) throws IOException {
        var most = width < 4 ? Math.min(limit, (1 << (8 * width)) - 1) : limit;
        if (message.length > most) {
            throw FrameLimit.refused("a message", message.length, most);
        }
        for (int i = width - 1; i >= 0; i--) {
            out.write((int) ((long) message.length >>> (8 * i)));
        }
        out.write(message);
    }

    @Override
    public FrameCodec<byte[]> limit(int bytes) {
        return new LengthCodec(width, bytes);
    }
}
