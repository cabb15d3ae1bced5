package dev.weft.message;

/**
 * Is told when a connection begins and ends, and decides what a failure costs. Override what is of interest. Calls for different connections come
 * from different threads at once.
 */
public interface MessagesObserver {
    /**
     * A connection has begun; no message of it has been read. For a client it is called again for each new connection. Called on the connection's
     * reading thread.
     *
     * @throws Exception if the connection must not begin, unless {@link #failed} forgives it
     */
    default void opened(Peer peer) throws Exception {}

    /**
     * A connection has ended and its last hook has returned. Called on the connection's reading thread.
     *
     * @throws Exception is logged, and changes nothing
     */
    default void closed(Peer peer) throws Exception {}

    /**
     * Something failed: a hook, on whatever thread it ran; {@link #opened}; or a body that is no message. Protocol errors and deadlines that
     * end the connection are told here too, whatever is returned. Not told are an orderly end, a reset, and {@link Error}s.
     *
     * @return true to go on, false to close the connection (SPEC PR-D6); default false. A client logs what has closed its connection, a server
     *     tells its {@link dev.weft.net.ServerObserver}
     */
    default boolean failed(Peer peer, Exception failure) {
        return false;
    }
}
