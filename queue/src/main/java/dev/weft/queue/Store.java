package dev.weft.queue;

import java.io.Closeable;
import java.io.IOException;

/**
 * Keeps the messages of a stream until they are acknowledged. Numbers count up by one and never go back. One thread appends; others may read and
 * acknowledge meanwhile.
 */
interface Store extends Closeable {
    StreamId stream();

    /** The number of the oldest message that is not acknowledged; that of the next one when all are. */
    long first();

    /** The number that the next message gets. */
    long next();

    /** Keeps a message. */
    void append(byte[] body) throws IOException;

    /** One that is kept. */
    byte[] read(long number) throws IOException;

    /** All up to this one are done; those that were already are left alone. */
    void acknowledge(long number) throws IOException;

    @Override
    void close() throws IOException;
}
