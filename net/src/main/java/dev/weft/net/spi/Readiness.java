package dev.weft.net.spi;

import java.io.InterruptedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * Whether one direction of a channel may be ready, and the one thread that waits for it. A transport's poller sets it, and a blocked handler waits
 * for it.
 *
 * <p>The state is a counter of events whose lowest bit says "may be ready". A thread that finds nothing to do calls {@link #drained} with the
 * {@link #stamp} taken before it looked: an event that came in between has moved the counter on, so it is never lost. {@link #wake} is
 * remembered separately until a wait has consumed it.
 */
public final class Readiness {
    private static final VarHandle STATE;
    private static final VarHandle WAITER;

    static {
        try {
            var lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(Readiness.class, "state", int.class);
            WAITER = lookup.findVarHandle(Readiness.class, "waiter", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile int state;
    private volatile boolean woken;
    private volatile @Nullable Thread waiter;

    /** Makes one that is ready at first, or not. */
    public Readiness(boolean ready) {
        state = ready ? 1 : 0;
    }

    /** Whether an operation is worth trying. */
    public boolean ready() {
        return (state & 1) != 0;
    }

    /** The stamp to take before an operation, for {@link #drained}. */
    public int stamp() {
        return state;
    }

    /** Records that the operation begun at this stamp found nothing: no longer ready, unless an event has come since. */
    public void drained(int stamp) {
        STATE.compareAndSet(this, stamp, stamp & ~1);
    }

    /** Records an event: the waiting thread looks again. */
    public void signal() {
        int seen;
        do {
            seen = state;
        } while (!STATE.compareAndSet(this, seen, (seen + 2) | 1));
        LockSupport.unpark(waiter);
    }

    /** Ends the current wait, or the next one when no thread waits, without making this ready. */
    public void wake() {
        woken = true;
        LockSupport.unpark(waiter);
    }

    /**
     * Waits until ready or woken.
     *
     * @throws InterruptedIOException when interrupted; the interrupt is cleared
     * @throws IllegalStateException when another thread waits here already
     */
    public void await() throws InterruptedIOException {
        if (ready()) {
            return;
        }
        if (!WAITER.compareAndSet(this, (Thread) null, Thread.currentThread())) {
            throw new IllegalStateException("another thread already waits for the same direction of this channel");
        }
        try {
            while (!ready() && !woken) {
                LockSupport.park(this);
                if (Thread.interrupted()) { // even when it became ready at the same moment: readiness keeps, an interrupt is for this wait
                    throw new InterruptedIOException("interrupted while waiting for the peer");
                }
            }
            woken = false;
        } finally {
            waiter = null;
        }
    }
}
