package dev.weft.message;

/** What happens when a message arrives. */
@FunctionalInterface
public interface Hook {
    /**
     * Called for each message of its type, on the connection's reading thread in order of arrival, or beside it for
     * {@link Messages#onParallel}; while it blocks on the reading thread, that connection, and no other, waits.
     *
     * @throws Exception whatever it likes: {@link MessagesObserver#failed} decides what it costs
     */
    void on(Message m, Peer peer) throws Exception;
}
