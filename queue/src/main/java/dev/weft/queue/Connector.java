package dev.weft.queue;

import java.io.Closeable;
import java.io.IOException;
import java.util.function.Consumer;

import dev.weft.net.Address;
import dev.weft.net.Connection;

/** Gives a link its connections, one after the other. One thread asks; an interrupt ends its waiting. */
interface Connector extends Closeable {
    /** Where it listens, or connects to. */
    Address address();

    /**
     * Waits for the next connection.
     *
     * @param failed hears of each attempt that failed
     * @throws IOException when it gives up
     */
    Connection next(Consumer<IOException> failed) throws IOException, InterruptedException;

    @Override
    void close();
}
