package dev.weft.net;

/** Serves one connection from accept to close; what the conversation must remember are its local variables. */
@FunctionalInterface
public interface Handler {
    /**
     * The whole conversation; the connection is flushed and closed when it returns or throws. Under any concurrency but
     * {@link Concurrency#sequential} many calls run at once.
     *
     * @throws Exception any: it goes to {@link ServerObserver#failed}, and the server goes on. An {@link java.io.EOFException}, which says that the
     *         peer ended where a message was expected, is not reported
     */
    void handle(Connection c) throws Exception;
}
