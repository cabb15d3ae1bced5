package dev.weft.queue;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A flag that threads can wait for, as Python's {@code threading.Event}: not set at first, and set and cleared as often as one likes.
 *
 * <p>Safe for any number of threads. Source: SPEC SL-40.
 */
public final class Event {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean set;

    /** Not set. */
    public Event() {}

    /** Sets it, and wakes everybody who waits for it. */
    public void set() {
        change(true);
    }

    /** Takes it back: who waits from now on waits until it is set again. */
    public void clear() {
        change(false);
    }

    /** Whether it is set. */
    public boolean isSet() {
        lock.lock();
        try {
            return set;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until it is set. */
    public void await() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!set) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until it is set, for so long at most; nothing or less only looks.
     *
     * @return whether it is set
     */
    public boolean await(Duration most) throws InterruptedException {
        var nanos = TimeUnit.NANOSECONDS.convert(most);
        lock.lockInterruptibly();
        try {
            while (!set && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            return set;
        } finally {
            lock.unlock();
        }
    }

    private void change(boolean to) {
        lock.lock();
        try {
            set = to;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        return isSet() ? "event, set" : "event, not set";
    }
}
