package dev.weft.net;

import java.io.IOException;
import java.time.Duration;

/**
 * Is told what happens to a server. What it throws is logged and changes nothing. It must not block for long, as the thread that calls it waits:
 *
 * <ul>
 * <li>{@code opened}: the thread that called the builder's {@code open};
 * <li>{@code accepted} and {@code closed}: the thread of the request (under {@link Concurrency#sequential} that is the serving thread), and for
 *     a connection that never got a thread the serving thread;
 * <li>{@code failed}: the thread of the request; the serving thread when a verify threw, or when no thread was to be had;
 * <li>{@code rejected}, {@code acceptFailed}, {@code dropped}: the serving thread;
 * <li>{@code tooSlow}: any thread, whichever sent to the group or wrote for it;
 * <li>{@code drained}: the thread that drained or closed the server.
 * </ul>
 *
 * <p>So it is called by several threads at once, unless the server is sequential and no other thread drains it.
 */
public interface ServerObserver {
    /** The server is bound. */
    default void opened(Server server) {}

    /** A connection was admitted; its handler runs next. */
    default void accepted(Connection c) {}

    /** A connection was refused: it was past a limit, or verify said no. */
    default void rejected(Address remote, String reason) {}

    /**
     * A handler threw, or a verify, or a TLS handshake (socketserver's handle_error, SPEC SS-21). The connection may be closed already; its
     * address, its certificate and its counters can still be asked.
     *
     * <p>The default logs to the system logger {@code dev.weft.net}: "Exception occurred during processing of request from" and the address,
     * at ERROR with the stack. What {@linkplain Connection#causedByPeer the peer has caused} is one line at INFO without a stack, and of such
     * lines at most 10 a minute, so that no stranger can fill the log.
     */
    default void failed(Connection c, Throwable failure) {
        Log.requestFailed(c, failure);
    }

    /** As {@link #failed(Connection, Throwable)}, for a datagram's handler or verify; the default logs at ERROR with the stack. */
    default void failed(Datagram d, Throwable failure) {
        Log.requestFailed(d, failure);
    }

    /**
     * An accept or a receive failed, or ran out of memory: then the error is the exception's cause. The server goes on, after a rest where that
     * helps; where its loop can't go on, it ends by itself. The default logs a warning.
     */
    default void acceptFailed(Server server, IOException failure) {
        Log.acceptFailed(server.name(), server.address(), failure);
    }

    /**
     * A connection was dropped because it did not take in time what a {@link Group} sent it: its outbox was full, or nothing could be written
     * for the write deadline. Its handler sees the end of a connection that was closed here, which is no failure. The default logs one line at
     * INFO, at most 10 a minute.
     *
     * @param why for example "too slow for its group: its outbox was full"
     */
    default void tooSlow(Connection c, String why) {
        Log.tooSlow(c, why);
    }

    /** A connection has ended and its descriptor is free. */
    default void closed(Connection c, Duration age, long bytesIn, long bytesOut) {}

    /** A datagram was dropped: too many in flight, or verify refused it. */
    default void dropped(Datagram d) {}

    /** A drain has ended. */
    default void drained(DrainReport report) {}
}
