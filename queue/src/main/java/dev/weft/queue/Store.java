package dev.weft.queue;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * Keeps the messages of a stream until they are acknowledged. Numbers count up by one and never go back. For one thread at a time.
 */
interface Store extends Closeable {
    StreamId stream();

    /** The number of the oldest message that is not acknowledged; that of the next one when all are. */
    long first();

    /** The number that the next message gets. */
    long next();

    /**
     * Keeps messages, all or none.
     *
     * @return the number of the first; the others follow
     */
    long appendAll(List<byte[]> bodies) throws IOException;

    /** One that is kept. */
    byte[] read(long number) throws IOException;

    /** All up to this one are done; those that were already are left alone. */
    void acknowledge(long number) throws IOException;

    @Override
    void close() throws IOException;
}
