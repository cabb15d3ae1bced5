package dev.weft.queue;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
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
     * @param failed is told of each attempt that failed
     * @throws IOException when it gives up
     */
    Connection next(Consumer<IOException> failed) throws IOException, InterruptedException;

    /** Messages may pass over the connection that {@link #next} gave last. */
    default void stands() {}

    /**
     * The connection that {@link #next} gave last is lost.
     *
     * @param brought whether messages came over it, or were delivered
     */
    default void lost(boolean brought, IOException why) {}

    /**
     * Another peer that connects and says something may have the place of this connection, as long as this one has said nothing; it is aborted
     * then. Until the next {@link #next}.
     */
    default void contest(Connection holder, LinkThreads threads) {}

    /** The peer that has got the place of the connection that was contested last, if one has. */
    default Optional<Address> winner() {
        return Optional.empty();
    }

    @Override
    void close();
}
