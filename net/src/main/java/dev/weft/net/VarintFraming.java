package dev.weft.net;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.ProtocolException;

/** A base-128 varint length, lowest group first, then the body (protobuf's "delimited"); the limit is the body's. */
record VarintFraming(int limit) implements BuiltIn<byte[]> {
    private static final int MOST_BITS = 63;

    VarintFraming {
        BuiltIn.checkLimit(limit);
    }

    @Override
    public byte[] read(DataInputStream in) throws IOException {
        long length = 0;
        for (int shift = 0;; shift += 7) {
            var b = in.readUnsignedByte();
            if (shift == MOST_BITS && b > 1) {
                throw new ProtocolException("a varint of more than 64 bits");
            }
            length |= (long) (b & 0x7f) << shift;
            if (b < 0x80) {
                break;
            }
        }
        if (length < 0 || length > limit) {
            throw BuiltIn.tooLong("a message", length, limit);
        }
        return BuiltIn.body(in, (int) length);
    }

    @Override
    public void write(byte[] message, DataOutputStream out) throws IOException {
        if (message.length > limit) {
            throw BuiltIn.refuse("a message", message.length, limit);
        }
        var rest = message.length;
        for (; rest > 0x7f; rest >>>= 7) {
            out.write((rest & 0x7f) | 0x80);
        }
        out.write(rest);
        out.write(message);
    }

    @Override
    public Framing<byte[]> limit(int bytes) {
        return new VarintFraming(bytes);
    }
}
