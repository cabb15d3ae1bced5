package dev.weft.rpc;

import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * What the client of a call asks: the transport puts it here, the method finds it. A method that takes one request starts when that is here, so it
 * never waits for it; one that takes many starts at once.
 *
 * @param <Q> the type of a request
 */
final class RequestInput<Q> extends Reading<Q> {
    private final String method;
    /** What a thread throws that was interrupted while it waited here. */
    private final Supplier<RpcException> interrupted;
    /** Is told of each request that is received whether it came compressed. */
    private final Consumer<Boolean> compressed;
    /** Null where the method takes one. */
    private final @Nullable Mailbox<Object> many;
    private @Nullable Object only;
    private volatile boolean whole;

    private RequestInput(String method, Supplier<RpcException> interrupted, Consumer<Boolean> compressed, @Nullable Mailbox<Object> many) {
        this.method = method;
        this.interrupted = interrupted;
        this.compressed = compressed;
        this.many = many;
    }

    /** Of a method that takes one. */
    static <Q> RequestInput<Q> one(String method, Supplier<RpcException> interrupted, Consumer<Boolean> compressed) {
        return new RequestInput<>(method, interrupted, compressed, null);
    }

    /** Of a method that takes many; {@code ask} asks the client for so many, of {@code longest} bytes at most. */
    static <Q> RequestInput<Q> many(String method, Supplier<RpcException> interrupted, Consumer<Boolean> compressed, IntConsumer ask, int longest) {
        return new RequestInput<>(method, interrupted, compressed, new Mailbox<>(ask, longest));
    }

    boolean areMany() {
        return many != null;
    }

    /** Whether one request is expected, and is not here yet. */
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

    /** Nothing more can be received, for this reason. */
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
            throw new IllegalStateException(method + " takes many requests");
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
            throw interrupted.get();
        }
    }

    @Override
    public void close() {}

    @SuppressWarnings("unchecked") // the codec's own type
    private Q opened(Object came) {
        compressed.accept(came instanceof Descriptors.Unpacked);
        return (Q) (came instanceof Descriptors.Unpacked unpacked ? unpacked.message() : came);
    }
}
