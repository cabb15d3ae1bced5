package dev.weft.net;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** A big-endian unsigned length, then the body; the limit is the body's. */
record LengthFraming(int width, int limit) implements BuiltIn<byte[]> {
    LengthFraming {
        BuiltIn.checkLimit(limit);
        if (width < 1 || width > 8 || (width > 4 && width < 8)) {
            throw new IllegalArgumentException("a length is 1, 2, 3, 4 or 8 bytes wide, not " + width);
        }
    }

    @Override
    public byte[] read(DataInputStream in) throws IOException {
        long length = 0;
        for (int i = 0; i < width; i++) {
            length = (length << 8) | in.readUnsignedByte();
        }
        if (length < 0 || length > limit) {
            throw BuiltIn.tooLong("a message", length, limit);
        }
        return BuiltIn.body(in, (int) length);
    }

    @Override
    public void write(byte[] message, DataOutputStream out) throws IOException {
        var most = width < 4 ? Math.min(limit, (1 << (8 * width)) - 1) : limit;
        if (message.length > most) {
            throw BuiltIn.refuse("a message", message.length, most);
        }
        for (int i = width - 1; i >= 0; i--) {
            out.write((int) ((long) message.length >>> (8 * i)));
        }
        out.write(message);
    }

    @Override
    public Framing<byte[]> limit(int bytes) {
        return new LengthFraming(width, bytes);
    }
}
