package dev.weft.net;

import java.io.IOException;
import java.time.Duration;

/**
 * What a server tells about itself. Called on the serving thread (opened, rejected, acceptFailed, dropped), on the request's thread
 * (accepted, failed, closed) or on the draining one; what it throws is logged and changes nothing. It must not block for long.
 */
public interface ServerObserver {
    /** The server is bound. */
    default void opened(Server server) {}

    /** A connection was let in; its handler runs next. */
    default void accepted(Connection c) {}

    /** A connection was turned away: past a limit, or by verify. */
    default void rejected(Address remote, String reason) {}

    /**
     * A handler threw, or a verify, or a TLS handshake (socketserver's handle_error, SPEC SS-21). The default logs, at ERROR to the system
     * logger {@code dev.weft.net}, "Exception occurred during processing of request from" and the address, between lines of 40 dashes, with
     * the stack.
     */
    default void failed(Address remote, Throwable failure) {
        Log.requestFailed(remote, failure);
    }

    /** An accept or a receive failed; the server goes on. The default logs a warning. */
    default void acceptFailed(Server server, IOException failure) {
        Log.acceptFailed(server, failure);
    }

    /** A connection has ended and its descriptor is free. */
    default void closed(Connection c, Duration age, long bytesIn, long bytesOut) {}

    /** A datagram was dropped: too many in flight, or verify refused it. */
    default void dropped(Datagram d) {}

    /** A drain has ended. */
    default void drained(DrainReport report) {}
}
