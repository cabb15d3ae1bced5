package dev.weft.net;

/** Serves one connection from accept to close; what the conversation must remember are its local variables. */
@FunctionalInterface
public interface Handler {
    /**
     * The whole conversation; the connection is flushed and closed when it returns or throws. Under any concurrency but
     * {@link Concurrency#sequential} many calls run at once.
     *
     * @throws Exception whatever it likes: it goes to {@link ServerObserver#failed}, and the server goes on. An
     *         {@link java.io.EOFException}, the peer being gone where a message was wanted, ends it quietly
     */
    void handle(Connection c) throws Exception;
}
