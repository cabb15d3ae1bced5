package dev.weft.queue;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * Keeps the messages of a stream until they are acknowledged. Each message has the number of the one before plus one. For one thread at a time.
 */
interface Store extends Closeable {
    StreamId stream();

    /** The number of the oldest message that is not acknowledged; {@link #next} when all are. */
    long first();

    /** The number that the next message gets. */
    long next();

    /**
     * Appends messages: all of them, or none.
     *
     * @return the number of the first; the others follow
     */
    long appendAll(List<byte[]> bodies) throws IOException;

    /** Returns a message that is not acknowledged. */
    byte[] read(long number) throws IOException;

    /** Acknowledges all messages up to this number. Does nothing for those that are acknowledged already. */
    void acknowledge(long number) throws IOException;

    @Override
    void close() throws IOException;
}
