package dev.weft.queue;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A message and its acknowledgement: what {@link AckQueue#next} returns. It is acknowledged when the work on it is done; what is never
 * acknowledged comes again, where the queue's other side remembers ({@link Delivery#AT_LEAST_ONCE}, a spool, a Kafka topic).
 *
 * @param <T> the type of the message
 */
public final class Delivered<T> {
    static final Runnable NOBODY = () -> {};
    private static final VarHandle ACKNOWLEDGED;

    static {
        try {
            ACKNOWLEDGED = MethodHandles.lookup().findVarHandle(Delivered.class, "acknowledged", Runnable.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final T message;
    private volatile Runnable acknowledged;

    /** One whose acknowledgement is told to nobody. */
    Delivered(T message) {
        this(message, NOBODY);
    }

    Delivered(T message, Runnable acknowledged) {
        this.message = message;
        this.acknowledged = acknowledged;
    }

    /** The message. */
    public T message() {
        return message;
    }

    /** Tells that it is done with; the first call counts. For any thread, and quick. */
    public void acknowledge() {
        if (acknowledged != NOBODY) {
            ((Runnable) ACKNOWLEDGED.getAndSet(this, NOBODY)).run();
        }
    }

    /** Whether its acknowledgement is still to be told. */
    boolean isAwaited() {
        return acknowledged != NOBODY;
    }

    @Override
    public String toString() {
        return "delivered " + message;
    }
}
