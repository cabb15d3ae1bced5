package dev.weft.rpc;

import java.util.function.IntConsumer;

import org.jspecify.annotations.Nullable;

/**
 * What the client of a call asks: the transport puts it here, the method finds it. A method that takes one request starts when that is here, so it
 * never waits for it; one that takes many starts at once.
 *
 * @param <Q> the type of a request
 */
final class Requests<Q> extends Reading<Q> {
    private final ServedCall<Q, ?> call;
    /** Null where the method takes one. */
    private final @Nullable Mailbox<Object> many;
    private @Nullable Object only;
    private volatile boolean whole;

    /** {@code ask} asks the client for so many, of so many bytes at most. */
    Requests(ServedCall<Q, ?> call, boolean one, IntConsumer ask, int longest) {
        this.call = call;
        many = one ? null : new Mailbox<>(ask, longest);
    }

    boolean areMany() {
        return many != null;
    }

    /** Whether there is but one to come, and it is not here yet. */
    boolean isSilent() {
        return many == null && !whole;
    }

    /** One is here; false when that is one too many. */
    boolean put(Object message) {
        if (many != null) {
            many.put(message);
        } else if (only == null) {
            only = message;
        } else {
            return false;
        }
        return true;
    }

    /** No more will come; false when that is too early. */
    boolean finish() {
        whole = true;
        if (many != null) {
            many.finish();
        }
        return many != null || only != null;
    }

    /** Nothing more is to be had, for this reason. */
    void abort(RpcException why) {
        if (many != null) {
            many.abort(why);
        }
    }

    /** Asks for the first of many. */
    void open() {
        if (many != null) {
            many.open();
        }
    }

    /** The one, of a method that takes one; it is the method's then, to keep or not. */
    Q only() {
        var request = only;
        if (request == null) {
            throw new IllegalStateException(call.method() + " takes many requests");
        }
        only = null;
        return opened(request);
    }

    @Override
    @Nullable
    Q next() {
        try {
            var came = many == null ? null : many.take();
            return came == null ? null : opened(came);
        } catch (InterruptedException e) {
            throw call.interrupted();
        }
    }

    @Override
    public void close() {}

    @SuppressWarnings("unchecked") // the codec's own type
    private Q opened(Object came) {
        call.call().compressed(came instanceof Descriptors.Unpacked);
        return (Q) (came instanceof Descriptors.Unpacked unpacked ? unpacked.message() : came);
    }
}
