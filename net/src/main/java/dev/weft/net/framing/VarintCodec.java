package dev.weft.net.framing;

import java.io.DataOutputStream;
import java.io.IOException;
import java.net.ProtocolException;

/** A base-128 varint length, lowest group first, then the body (protobuf's "delimited"); the limit is the body's. */
public record VarintCodec(int limit) implements FrameCodec<byte[]> {
    private static final int MOST_BITS = 63;

    /** Checks the limit. */
    public VarintCodec {
        FrameLimit.check(limit);
    }

    @Override
    public byte[] read(FrameSource source) throws IOException {
        long length = 0;
        for (int shift = 0;; shift += 7) {
            var b = source.readUnsignedByte();
            if (shift == MOST_BITS && b > 1) {
                throw new ProtocolException("a varint of more than 64 bits");
            }
            length |= (long) (b & 0x7f) << shift;
            if (b < 0x80) {
                break;
            }
        }
        if (length < 0 || length > limit) {
            throw FrameLimit.exceeded("a message", length, limit);
        }
        return source.readBody((int) length);
    }

    @Override
    public void write(byte[] message, DataOutputStream out) throws IOException {
        if (message.length > limit) {
            throw FrameLimit.refused("a message", message.length, limit);
        }
        var rest = message.length;
        for (; rest > 0x7f; rest >>>= 7) {
            out.write((rest & 0x7f) | 0x80);
        }
        out.write(rest);
        out.write(message);
    }

    @Override
    public FrameCodec<byte[]> limit(int bytes) {
        return new VarintCodec(bytes);
    }
}
