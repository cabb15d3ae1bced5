package dev.weft.queue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.function.Consumer;

import dev.weft.net.Connection;
import dev.weft.net.Deadlines;

/** A connection that has come while a link serves another, and of which nothing is known until it says something. */
final class Caller {
    private final Connection connection;
    private final Deadlines deadlines;
    private final Thread thread;
    private volatile boolean hasSpoken;

    /**
     * Listens for its first byte, which stays unread.
     *
     * @param spoke runs when that has come
     * @param gone runs when it has ended without a word
     */
    Caller(Connection connection, LinkThreads threads, Consumer<Caller> spoke, Consumer<Caller> gone) {
        this.connection = connection;
        deadlines = connection.deadlines();
        connection.deadlines(deadlines.idle(Duration.ZERO));
        thread = threads.unstarted("-caller", () -> {
            try {
                if (connection.awaitMessage()) {
                    hasSpoken = true;
                    spoke.accept(this);
                } else {
                    gone.accept(this);
                }
            } catch (InterruptedIOException e) {
                // It is to be served, or the link is over.
            } catch (IOException e) {
                gone.accept(this);
            }
        });
    }

    void listen() {
        thread.start();
    }

    boolean hasSpoken() {
        return hasSpoken;
    }

    /** To be served: from now on others may read. */
    Connection take() {
        LinkThreads.end(thread);
        connection.deadlines(deadlines);
        return connection;
    }

    Connection connection() {
        return connection;
    }

    void drop() {
        connection.abort();
        LinkThreads.end(thread);
    }
}
