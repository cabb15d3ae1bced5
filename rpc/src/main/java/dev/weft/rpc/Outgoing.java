package dev.weft.rpc;

/**
 * Messages that leave, in their order.
 *
 * @param <T> the type of a message
 */
@FunctionalInterface
public interface Outgoing<T> {
    /**
     * Sends one. It waits as long as the other side is slow: what was sent and not yet taken is some 32 KiB at most, and what the connection and the
     * peer hold (SPEC RPC-17). Two that do nothing but send to each other wait for each other until the deadline.
     *
     * @throws RpcException when the call is over: cancelled, past its deadline, ended by the other side, its connection lost
     */
    void send(T message);

    /**
     * Whether messages from now on are compressed, in a call for which compression was chosen ({@link CallOptions#compression},
     * {@link Call#compression}); elsewhere it does nothing. Default: they are.
     */
    default void compress(boolean on) {}
}
