package dev.weft.rpc;

/** Writes a request stream. */
@FunctionalInterface
public interface Feed<T, X extends Exception> {
    void into(Outgoing<T> requests) throws X;
}
