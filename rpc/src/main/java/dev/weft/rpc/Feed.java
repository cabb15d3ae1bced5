package dev.weft.rpc;

/**
 * Writes a stream of requests; what it throws cancels the call and reaches the caller.
 *
 * @param <T> the type of a request
 * @param <X> what it may throw
 */
@FunctionalInterface
public interface Feed<T, X extends Exception> {
    /** Sends all there is, and returns. When the server has answered before that, {@code send} ends it, and the answer is returned. */
    void into(Outgoing<T> requests) throws X;
}
