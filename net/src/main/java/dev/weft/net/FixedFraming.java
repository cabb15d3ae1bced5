package dev.weft.net;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** Messages of one length, which is the limit too. */
record FixedFraming(int length) implements BuiltIn<byte[]> {
    FixedFraming {
        if (length < 1) {
            throw new IllegalArgumentException("messages of " + length + " bytes have no first byte");
        }
    }

    @Override
    public int limit() {
        return length;
    }

    @Override
    public byte[] read(DataInputStream in) throws IOException {
        return BuiltIn.body(in, length);
    }

    @Override
    public void write(byte[] message, DataOutputStream out) throws IOException {
        if (message.length != length) {
            throw new IllegalArgumentException("a message of " + message.length + " bytes where all have " + length);
        }
        out.write(message);
    }

    /** Only bounds what may be asked for: the length is what it is. */
    @Override
    public Framing<byte[]> limit(int bytes) {
        if (length > bytes) {
            throw new IllegalArgumentException("messages of " + length + " bytes are over a limit of " + bytes);
        }
        return this;
    }
}
