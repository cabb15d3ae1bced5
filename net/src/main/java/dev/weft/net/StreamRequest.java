package dev.weft.net;

import java.util.Optional;

/** A connection being served. */
final class StreamRequest extends Request {
    private final Connection connection;
    private final HandlerSource<Handler> handlers;
    private final Optional<Tls> tls;
    private final Reporter reporter;
    private final Runnable left;

    StreamRequest(Server server, Requests requests, Reporter reporter, Connection connection, HandlerSource<Handler> handlers, Optional<Tls> tls,
            Runnable left) {
        super(server, requests, reporter, connection.remote());
        this.connection = connection;
        this.handlers = handlers;
        this.tls = tls;
        this.reporter = reporter;
        this.left = left;
    }

    Connection connection() {
        return connection;
    }

    @Override
    void serve() throws Exception {
        reporter.accepted(connection);
        if (tls.isPresent()) {
            connection.secure(tls.get(), connection.deadlines().handshake());
        }
        var handler = handlers.next();
        handler.handle(connection);
    }

    @Override
    void release() {
        try {
            connection.close();
        } finally {
            left.run();
            reporter.closed(connection);
        }
    }

    @Override
    void abort() {
        connection.abort("aborted: the server was closed");
    }

    @Override
    boolean closedHere() {
        return !connection.isOpen();
    }
}
