package dev.weft.rpc;

import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Messages that arrive, once. A loop over it ends when the other side has finished; for one thread at a time.
 *
 * <p>At a client, closing it before its end cancels the call; at its end, and at a server, closing it does nothing.
 *
 * @param <T> the type of a message
 */
public interface Incoming<T> extends Iterable<T>, AutoCloseable {
    /**
     * Waits for the next.
     *
     * @throws NoSuchElementException when the other side has finished
     * @throws RpcException when the call has failed; what came before is returned first (SPEC RPC-7)
     */
    T receive();

    /** Goes on where {@link #receive} would; there is but one position. {@code hasNext} waits. */
    @Override
    Iterator<T> iterator();

    @Override
    void close();

    /** Given messages: to test a service without a server. */
    static <T> Incoming<T> of(Iterable<? extends T> messages) {
        return new Given<>(messages.iterator());
    }
}
