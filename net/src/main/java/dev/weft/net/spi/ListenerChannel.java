package dev.weft.net.spi;

import java.io.IOException;
import java.util.Optional;

import dev.weft.net.Address;

/** A listening socket. One thread accepts at a time. */
public interface ListenerChannel extends Waitable {
    /** Why an accept failed, which decides what the acceptor does next. */
    enum AcceptFailure {
        /** Only the one incoming connection is lost: try again at once. */
        CONNECTION,
        /** The process or the system is out of descriptors or memory: pause, report, try again. */
        EXHAUSTED,
        /** The listener was closed: end. */
        CLOSED,
        /** Anything else: report, pause, try again (SPEC SS-17). */
        OTHER
    }

    /** Accepts the next connection in the queue; empty when there is none now. Never blocks. */
    Optional<StreamChannel> accept() throws IOException;

    /** Waits until there may be a connection, or until {@link #wake}; interrupts as in {@link StreamChannel#awaitReadable}. */
    void awaitAcceptable() throws IOException;

    /** What a failure of {@link #accept} means. */
    AcceptFailure classify(IOException failure);

    /**
     * Called when the server begins to drain: from now on, connections that another process will serve are left to it. When this process was started
     * with the socket, the process that started it holds it too, and the next process will serve the queue: {@link #accept} then returns only
     * connections that were taken from the queue before. For other listeners this does nothing.
     */
    default void leaveQueue() {}

    /** The address that was bound, with its port. */
    Address local();

    /** Closes the listener. The address is free when this returns. */
    @Override
    void close();
}
