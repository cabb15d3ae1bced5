package dev.weft.queue;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import dev.weft.net.Connection;

/**
 * The first bytes of a link that delivers at least once, from either end, and before anything else: eight that nothing else begins with, a byte whose
 * lowest bits say "I send" and "I receive", then what the two mean. All big-endian, {@value #SIZE} bytes together.
 *
 * @param sends whether it sends messages
 * @param receives whether it receives messages
 * @param stream whose messages they are that it sends
 * @param first the number of the oldest message that it still has
 * @param window how many messages it takes without having acknowledged one of them
 * @param silence after so many milliseconds without a word from the other end it takes that for gone
 */
record Hello(boolean sends, boolean receives, StreamId stream, long first, int window, int silence) {
    /** How long the other end may take to say it. */
    static final Duration LIMIT = Duration.ofSeconds(5);
    static final int SIZE = 8 + 1 + 16 + 8 + 4 + 4;

    private static final byte[] MAGIC = "\0WEFTQ1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int SENDS = 1;
    private static final int RECEIVES = 2;

    void write(Connection connection) throws IOException {
        connection.send(ByteBuffer.allocate(SIZE).put(MAGIC).put((byte) ((sends ? SENDS : 0) | (receives ? RECEIVES : 0)))
                .putLong(stream.high()).putLong(stream.low()).putLong(first).putInt(window).putInt(silence).array());
    }

    /**
     * Reads the other end's.
     *
     * @throws ProtocolException when it says something else, or nothing in time
     */
    static Hello read(Connection connection) throws IOException {
        var before = connection.deadlines();
        connection.deadlines(before.idle(LIMIT).message(LIMIT));
        try {
            if (!connection.awaitMessage()) { // which makes a message of it, that has a deadline however it dribbles
                throw new EOFException(Remote.name(connection) + " has ended the connection");
            }
            var in = new DataInputStream(connection.input());
            for (var b : MAGIC) {
                if (in.readByte() != b) {
                    throw new ProtocolException(Remote.name(connection) + " does not deliver at least once: its first bytes are no hello");
                }
            }
            var flags = in.readByte();
            return new Hello((flags & SENDS) != 0, (flags & RECEIVES) != 0, new StreamId(in.readLong(), in.readLong()), in.readLong(), in.readInt(),
                    in.readInt());
        } catch (SocketTimeoutException e) {
            throw refused(connection, "has said no hello in " + LIMIT.toSeconds() + " s: it does not deliver at least once, or it hangs", e);
        } catch (EOFException e) {
            throw refused(connection, "ended the connection instead of a hello", e);
        } finally {
            connection.deadlines(before);
        }
    }

    private static ProtocolException refused(Connection connection, String why, IOException cause) {
        var e = new ProtocolException(Remote.name(connection) + " " + why);
        e.initCause(cause);
        return e;
    }
}
