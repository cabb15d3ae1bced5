package dev.weft.net;

import org.jspecify.annotations.Nullable;

/**
 * socketserver's handler class: one object a connection; setup, handle, finish (SPEC SS-40 to SS-42). Give the server the class, not an
 * object.
 */
public abstract class RequestHandler implements Handler, ServesOnce {
    private @Nullable Connection connection;

    /** For subclasses. */
    protected RequestHandler() {}

    /** The connection this object serves (socketserver's request); its {@link Connection#remote} is client_address. */
    protected final Connection connection() {
        if (connection == null) {
            throw new IllegalStateException("there is no connection before setup()");
        }
        return connection;
    }

    /** The server that accepted it. */
    protected final Server server() {
        return Server.current();
    }

    /** Before {@link #handle()}; when it throws, neither handle nor finish runs (SPEC SS-41). */
    protected void setup() throws Exception {}

    /** The conversation. */
    protected abstract void handle() throws Exception;

    /** After {@link #handle()}, also when that threw. */
    protected void finish() throws Exception {}

    /**
     * Runs the three in order.
     *
     * @throws IllegalStateException if this object has served before
     */
    @Override
    public final void handle(Connection c) throws Exception {
        if (connection != null) {
            throw new IllegalStateException(getClass().getSimpleName() + " serves one connection: give the server the class, not an object");
        }
        connection = c;
        setup();
        try {
            handle();
        } finally {
            finish();
        }
    }
}
