package dev.weft.net.spi;

import java.io.IOException;
import java.util.Optional;

import dev.weft.net.Address;

/** A listening socket. One thread accepts at a time. */
public interface ListenerChannel extends Waitable {
    /** Why an accept failed, and so what the acceptor does next. */
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

    /** The next connection in the queue; empty when there is none now. Never blocks. */
    Optional<StreamChannel> accept() throws IOException;

    /** Waits until there may be one, or until {@link #wake}; interrupts as in {@link StreamChannel#awaitReadable}. */
    void awaitAcceptable() throws IOException;

    /** What a failure of {@link #accept} means. */
    AcceptFailure classify(IOException failure);

    /**
     * The server drains, so that only connections that no other process would serve are accepted. Where this process was started with the socket,
     * the process that started it has it too, and the queue is the next process's: from now on {@link #accept} gives only what was taken out of it
     * before. Elsewhere this does nothing.
     */
    default void leaveQueue() {}

    /** The address really bound. */
    Address local();

    /** Frees the address before it returns. */
    @Override
    void close();
}
