package dev.weft.rpc;

import java.util.Iterator;

/** Messages that are there already. */
final class Given<T> implements Incoming<T> {
    private final Iterator<T> messages;

    Given(Iterator<? extends T> messages) {
        this.messages = new Iterator<>() {
            @Override
            public boolean hasNext() {
                return messages.hasNext();
            }

            @Override
            public T next() {
                return messages.next();
            }
        };
    }

    @Override
    public T receive() {
        return messages.next();
    }

    @Override
    public Iterator<T> iterator() {
        return messages;
    }

    @Override
    public void close() {}
}
