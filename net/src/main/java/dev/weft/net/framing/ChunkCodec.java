package dev.weft.net.framing;

import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;

/** Bytes as they arrive: one read is one message (recv). */
public record ChunkCodec(int limit) implements FrameCodec<byte[]> {
    /** Checks the limit. */
    public ChunkCodec {
        FrameLimit.check(limit);
    }

    @Override
    public byte[] read(FrameSource source) throws IOException {
        var chunk = source.receive(limit);
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
    public FrameCodec<byte[]> limit(int bytes) {
        return new ChunkCodec(bytes);
    }
}
