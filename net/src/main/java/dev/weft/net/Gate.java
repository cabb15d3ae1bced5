package dev.weft.net;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** A condition that threads wait for, with a deadline on a {@link TimeSource}. */
final class Gate {
    private static final TimeSource.Scheduled NONE = () -> {};
    private static final long LOOK_NANOS = 10_000_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final TimeSource time;

    Gate(TimeSource time) {
        this.time = time;
    }

    /** Something the condition depends on has changed. */
    void signal() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until the condition holds or the moment has come, whatever interrupts: who ends a server must not cut its handlers short because
     * its own thread was told to stop. The interrupt stays set.
     *
     * @return the condition's last value
     */
    boolean await(BooleanSupplier condition, long moment) {
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

    /** As await; an interrupt ends the wait early and stays set. */
    boolean awaitInterruptibly(BooleanSupplier condition, long moment) {
        try {
            return waitFor(condition, moment);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return condition.getAsBoolean();
        }
    }

    private boolean waitFor(BooleanSupplier condition, long moment) throws InterruptedException {
        var alarm = NONE;
        var alone = false;
        try {
            alarm = moment == Alarm.NEVER ? NONE : time.schedule(remaining(moment), this::signal);
        } catch (OutOfMemoryError e) {
            alone = true; // nobody will wake this thread when the moment has come
        }
        lock.lock();
        try {
            while (!condition.getAsBoolean()) {
                if (Alarm.passed(time, moment)) {
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

    private Duration remaining(long moment) {
        return Duration.ofNanos(Math.max(0, moment - time.nanoTime()));
    }
}
