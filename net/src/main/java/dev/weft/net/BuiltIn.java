package dev.weft.net;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;

/** A framing that counts its own bytes; the base of those that come with this module. */
interface BuiltIn<T> extends Framing<T> {
    @Override
    default boolean countsItself() {
        return true;
    }

    static int checkLimit(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("a limit of " + limit + " bytes lets no message through");
        }
        return limit;
    }

    static ProtocolException tooLong(String what, long length, int limit) {
        var size = length < 0 ? "2^63 bytes or more" : length + " bytes";
        return new ProtocolException("%s of %s is over the limit of %d bytes".formatted(what, size, limit));
    }

    static IllegalArgumentException refuse(String what, long length, int limit) {
        return new IllegalArgumentException("%s of %d bytes is over the limit of %d bytes".formatted(what, length, limit));
    }

    /** A body of a length that was announced, and checked. Room is made as the bytes come, not on the header's word. */
    static byte[] body(DataInputStream in, int length) throws IOException {
        var body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException("the stream ended after " + body.length + " of " + length + " bytes");
        }
        return body;
    }
}
