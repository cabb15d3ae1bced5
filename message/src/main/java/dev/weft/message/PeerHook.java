package dev.weft.message;

/** What happens when a connection has begun, or has ended. */
@FunctionalInterface
public interface PeerHook {
    /**
     * Called on the connection's reading thread: before its first message, or after its last.
     *
     * @throws Exception whatever it likes; at a connection's begin {@link Messages#onFailure} decides what it costs, at its end it is logged
     */
    void on(Peer peer) throws Exception;
}
