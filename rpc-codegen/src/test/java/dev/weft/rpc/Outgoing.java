package dev.weft.rpc;

/** Messages that leave. */
@FunctionalInterface
public interface Outgoing<T> {
    void send(T message);
}
