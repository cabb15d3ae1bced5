package dev.weft.rpc;

import java.util.ArrayDeque;
import java.util.function.IntConsumer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;

/**
 * Messages that have come and wait to be received. Not many: the other side is asked for more only as they are taken, and stops when its window is
 * full (SPEC RPC-17).
 *
 * @param <T> the type of a message
 */
final class Mailbox<T> {
    /** So many may be under way or wait here. More than one, so that a round trip or a change of threads is not paid for each. */
    private static final int MOST = 8;
    /** And so many bytes, if all are of the longest kind. */
    private static final int MOST_BYTES = 32 * 1024 * 1024;

    private final IntConsumer ask;
    private final int ahead;
    @GuardedBy("this")
    private final ArrayDeque<T> messages = new ArrayDeque<>(MOST);
    /** Asked for, and not here yet. */
    @GuardedBy("this")
    private int due;
    @GuardedBy("this")
    private boolean finished;
    @GuardedBy("this")
    private @Nullable RpcException failure;

    /** {@code ask} asks the other side for so many, of so many bytes at most; it does not wait. */
    Mailbox(IntConsumer ask, int longest) {
        this.ask = ask;
        ahead = Math.clamp(MOST_BYTES / longest, 2, MOST);
    }

    /** Asks for the first ones. */
    void open() {
        synchronized (this) {
            due = ahead;
        }
        ask.accept(ahead);
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
     * @throws InterruptedException when this thread was interrupted before or meanwhile, whether or not something has come
     */
    @Nullable
    T take() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
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
            var room = ahead - messages.size() - due;
            more = finished || room < ahead / 2 ? 0 : room;
            due += more;
        }
        if (more > 0) {
            ask.accept(more);
        }
        return next;
    }
}
