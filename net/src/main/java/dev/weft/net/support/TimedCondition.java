package dev.weft.net.support;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

import dev.weft.net.TimeSource;

/**
 * A condition that threads wait for, with a deadline on a {@link TimeSource}. The condition is a function of state that is kept elsewhere; a thread
 * that changes that state calls {@link #signal}. For any thread.
 */
public final class TimedCondition {
    private static final TimeSource.Scheduled NONE = () -> {};
    private static final long LOOK_NANOS = 10_000_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final TimeSource time;

    /** A condition that no thread waits for yet. */
    public TimedCondition(TimeSource time) {
        this.time = time;
    }

    /** The clock of its deadlines. */
    public TimeSource time() {
        return time;
    }

    /** Something that the condition depends on has changed. */
    public void signal() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until the condition holds or the moment has come. An interrupt does not end the wait, and stays set: a thread that ends a server must
     * not cut its handlers short because it was itself told to stop.
     *
     * @param condition evaluated on this thread, under this object's lock: it must not block
     * @param moment see {@link Moments}
     * @return the condition's last value
     */
    public boolean await(BooleanSupplier condition, long moment) {
        var interrupted = false;
        try {
            while (true) {
                try {
                    return waitFor(condition, moment);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** As {@link #await}, but an interrupt ends the wait early, and stays set. */
    public boolean awaitInterruptibly(BooleanSupplier condition, long moment) {
        try {
            return waitFor(condition, moment);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return condition.getAsBoolean();
        }
    }

    /**
     * As {@link #waitFor}, for a condition that may come to hold without a {@link #signal}: it is evaluated every 10 ms as well, which no clock
     * but the machine's tells. For what belongs to others, a queue of the caller's for instance.
     */
    public boolean waitLooking(BooleanSupplier condition, long moment) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!condition.getAsBoolean()) {
                if (Moments.passed(time, moment)) {
                    return false;
                }
                changed.awaitNanos(LOOK_NANOS);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * As {@link #await}, but an interrupt ends the wait.
     *
     * @throws InterruptedException when this thread was interrupted before or meanwhile, and the condition did not hold; the interrupt is cleared
     */
    public boolean waitFor(BooleanSupplier condition, long moment) throws InterruptedException {
        var alarm = NONE;
        var alone = false;
        try {
            alarm = moment == Moments.NEVER ? NONE : time.schedule(Moments.until(time, moment), this::signal);
        } catch (OutOfMemoryError e) {
            alone = true; // no task will wake this thread when the moment has come
        }
        lock.lock();
        try {
            while (!condition.getAsBoolean()) {
                if (Moments.passed(time, moment)) {
                    return false;
                }
                if (alone) {
                    changed.awaitNanos(LOOK_NANOS);
                } else {
                    changed.await();
                }
            }
            return true;
        } finally {
            lock.unlock();
            alarm.cancel();
        }
    }
}
