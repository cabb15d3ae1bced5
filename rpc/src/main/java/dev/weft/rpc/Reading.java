package dev.weft.rpc;

import java.util.Iterator;
import java.util.NoSuchElementException;

import org.jspecify.annotations.Nullable;

/**
 * The messages of a mailbox, as {@link Incoming} shows them.
 *
 * @param <T> the type of a message
 */
abstract class Reading<T> implements Incoming<T> {
    private @Nullable T peeked;

    /** Waits for the next; null when the other side has finished. */
    abstract @Nullable T next();

    @Override
    public T receive() {
        if (peeked == null) {
            peeked = next();
        }
        if (peeked == null) {
            throw new NoSuchElementException("the other side has finished; there are no more messages");
        }
        var message = peeked;
        peeked = null;
        return message;
    }

    @Override
    public Iterator<T> iterator() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                if (peeked == null) {
                    peeked = Reading.this.next();
                }
                return peeked != null;
            }

            @Override
            public T next() {
                return receive();
            }
        };
    }
}
