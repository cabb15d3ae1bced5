package dev.weft.message;

/** What happens when a stream of messages arrives. */
@FunctionalInterface
public interface StreamHook {
    /**
     * Called once a stream, on a virtual thread of its own, when its first part has come; parts that it leaves unread are dropped.
     *
     * @throws Exception whatever it likes: {@link MessagesObserver#failed} decides what it costs
     */
    void on(IncomingStream parts, Peer peer) throws Exception;
}
