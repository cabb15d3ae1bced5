package dev.weft.net.framing;

import java.io.DataOutputStream;
import java.io.IOException;

/** Messages of one length, which is the limit too. */
public record FixedCodec(int length) implements FrameCodec<byte[]> {
    /** Checks the length. */
    public FixedCodec {
        if (length < 1) {
            throw new IllegalArgumentException("fixed(" + length + "): at least 1 byte is needed, or a message has no first byte");
        }
    }

    @Override
    public int limit() {
        return length;
    }

    @Override
    public byte[] read(FrameSource source) throws IOException {
        return source.readBody(length);
    }

    @Override
    public void write(byte[] message, DataOutputStream out) throws IOException {
        if (message.length != length) {
            throw new IllegalArgumentException("a message of " + message.length + " bytes where all have " + length);
        }
        out.write(message);
    }

    /** The length stays; a limit below it is refused. */
    @Override
    public FrameCodec<byte[]> limit(int bytes) {
        if (length > bytes) {
            throw new IllegalArgumentException("messages of " + length + " bytes are over a limit of " + bytes);
        }
        return this;
    }
}
