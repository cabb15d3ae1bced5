package dev.weft.net;

/**
 * Serves connections message by message: plain blocking code for each message, and nothing between two messages.
 *
 * <pre>{@code
 * Server.tcp(9999).serve(Framing.lines(), (line, c) -> c.send(line.toUpperCase() + "\n"));
 * }</pre>
 *
 * <p>The messages of one connection are handled one after the other, in the order in which they came, each with the effects of those before it
 * visible; those of different connections are handled at the same time. The handler may block. What it writes to its own connection is gathered
 * while further messages have arrived and are unread, and leaves before the connection waits for its peer. {@link Connection#current} is the
 * message's connection, {@link Server#current} its server.
 *
 * <p>A handler does not own its thread. Two messages of one connection may be handled on two threads, and one thread may handle messages of many
 * connections in turn. So keep nothing in a {@link ThreadLocal} from one message to the next; a {@link ScopedValue} bound while one message is
 * handled is safe. What must be known of a connection belongs into the fields of a {@link MessageRequestHandler}.
 *
 * @param <T> the type of a message
 */
@FunctionalInterface
public interface MessageHandler<T> {
    /**
     * Handles one message.
     *
     * @throws Exception any: it goes to {@link ServerObserver#failed}, the connection is closed, and the server goes on
     */
    void handle(T message, Connection c) throws Exception;
}
