package dev.weft.rpc;

import java.util.ArrayDeque;
import java.util.function.IntConsumer;

import org.jspecify.annotations.Nullable;

/**
 * Messages that have come and wait to be received. Not many: the other side is asked for more only as they are taken, and stops when its window is
 * full (SPEC RPC-17).
 *
 * @param <T> the type of a message
 */
final class Mailbox<T> {
    /** So many may be under way or wait here. More than one, so that a round trip or a change of threads is not paid for each. */
    static final int READ_AHEAD = 8;

    private final IntConsumer ask;
    private final ArrayDeque<T> messages = new ArrayDeque<>(READ_AHEAD);
    /** Asked for, and not here yet. */
    private int due;
    private boolean finished;
    private @Nullable RpcException failure;

    /** {@code ask} asks the other side for so many; it does not wait. */
    Mailbox(IntConsumer ask) {
        this.ask = ask;
    }

    /** Asks for the first ones. */
    void open() {
        due = READ_AHEAD;
        ask.accept(READ_AHEAD);
    }

    synchronized void put(T message) {
        if (!finished) {
            due--;
            messages.add(message);
            notify();
        }
    }

    /** No more will come. */
    synchronized void finish() {
        finished = true;
        notifyAll();
    }

    /** No more will come, for this reason; what has come is received first. */
    synchronized void fail(RpcException why) {
        if (!finished) {
            failure = why;
            finish();
        }
    }

    /** Nothing more will be received, for this reason. */
    synchronized void abort(RpcException why) {
        messages.clear();
        failure = why;
        finish();
    }

    /**
     * Waits for the next; null when there is none.
     *
     * @throws RpcException when that is because of a failure
     */
    @Nullable
    T take() throws InterruptedException {
        T next;
        int more;
        synchronized (this) {
            while (messages.isEmpty()) {
                if (finished) {
                    if (failure != null) {
                        throw failure;
                    }
                    return null;
                }
                wait();
            }
            next = messages.poll();
            var room = READ_AHEAD - messages.size() - due;
            more = finished || room < READ_AHEAD / 2 ? 0 : room;
            due += more;
        }
        if (more > 0) {
            ask.accept(more);
        }
        return next;
    }
}
