package dev.weft.rpc;

/** Messages that arrive. */
public interface Incoming<T> extends Iterable<T>, AutoCloseable {
    T receive();

    @Override
    void close();
}
