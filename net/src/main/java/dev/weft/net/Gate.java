package dev.weft.net;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** A condition that threads wait for, with a deadline on a {@link TimeSource}. */
final class Gate {
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
     * Waits until the condition holds or the moment has come; an interrupt ends the wait early and stays set.
     *
     * @return the condition's last value
     */
    boolean await(BooleanSupplier condition, long moment) {
        var alarm = moment == Alarm.NEVER ? (TimeSource.Scheduled) () -> {} : time.schedule(remaining(moment), this::signal);
        lock.lock();
        try {
            while (!condition.getAsBoolean()) {
                if (Alarm.passed(time, moment)) {
                    return false;
                }
                changed.await();
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return condition.getAsBoolean();
        } finally {
            lock.unlock();
            alarm.cancel();
        }
    }

    private Duration remaining(long moment) {
        return Duration.ofNanos(Math.max(0, moment - time.nanoTime()));
    }
}
