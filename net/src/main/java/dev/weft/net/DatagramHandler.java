package dev.weft.net;

/** Serves one datagram. */
@FunctionalInterface
public interface DatagramHandler {
    /**
     * The whole answer.
     *
     * @throws Exception whatever it likes: it goes to {@link ServerObserver#failed}, and the server goes on
     */
    void handle(Datagram d) throws Exception;
}
