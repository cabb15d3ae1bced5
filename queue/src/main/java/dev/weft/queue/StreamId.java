package dev.weft.queue;

import java.nio.ByteBuffer;
import java.security.SecureRandom;

/** Whose messages they are: made anew for each link that sends, and kept in its spool if it has one. */
record StreamId(long high, long low) {
    static StreamId random() {
        var random = new SecureRandom();
        return new StreamId(random.nextLong(), random.nextLong());
    }

    static StreamId of(byte[] bytes) {
        var buffer = ByteBuffer.wrap(bytes);
        return new StreamId(buffer.getLong(), buffer.getLong());
    }
}
