package dev.weft.queue;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

import dev.weft.net.Connection;
import org.jspecify.annotations.Nullable;

/**
 * What passes over a link's connections: one wire format. One thread calls, and an interrupt of it ends a conversation.
 *
 * @param <T> the type of a message
 */
interface LinkProtocol<T> {
    /**
     * Before the first connection.
     *
     * @param fatal is told of a failure that no other connection can heal
     */
    default void begin(Consumer<Throwable> fatal) {}

    /**
     * Sends and receives until the connection is no more or there is nothing left to do, then closes it.
     *
     * @param stands runs when messages may pass
     * @return what ended the connection; null when there is nothing left to do
     */
    @Nullable
    IOException over(Connection connection, Runnable stands) throws InterruptedException;

    /** Asks the stop functions, while there is no connection: whether nothing is left to do. */
    boolean stops();

    /** How many messages that have come are still to be done, as far as that is told. */
    int unsettled();

    /** After the last connection. */
    default void end() {}

    /** What was taken to be sent and was not, the oldest first. */
    List<T> unsent();
}
