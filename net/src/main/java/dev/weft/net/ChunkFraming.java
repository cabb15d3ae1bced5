package dev.weft.net;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;

/** Bytes as they arrive: one read is one message (recv). */
record ChunkFraming(int limit) implements BuiltIn<byte[]> {
    private static final int MOST_AT_ONCE = Buffers.SIZE;

    ChunkFraming {
        BuiltIn.checkLimit(limit);
    }

    @Override
    public byte[] read(DataInputStream in) throws IOException {
        if (in instanceof FrameInput frame) {
            var chunk = frame.inbound().receive(limit);
            frame.spend(chunk.length);
            return nonEmpty(chunk);
        }
        var chunk = new byte[Math.min(limit, MOST_AT_ONCE)];
        return nonEmpty(Arrays.copyOf(chunk, Math.max(0, in.read(chunk))));
    }

    private static byte[] nonEmpty(byte[] chunk) throws EOFException {
        if (chunk.length == 0) {
            throw new EOFException("no further bytes");
        }
        return chunk;
    }

    @Override
    public void write(byte[] message, DataOutputStream out) throws IOException {
        out.write(message);
    }

    @Override
    public Framing<byte[]> limit(int bytes) {
        return new ChunkFraming(bytes);
    }
}
