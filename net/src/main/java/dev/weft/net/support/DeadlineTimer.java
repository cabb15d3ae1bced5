package dev.weft.net.support;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weft.net.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * Wakes a waiter at its deadline without a timer for each wait.
 *
 * <p>A waiter only records its deadline. When a task that was scheduled for an earlier wait runs, it finds the newer deadline and is scheduled
 * again for that one. So steady traffic under a deadline of 30 s costs one scheduled task in 30 s, whatever the number of reads. The task only
 * wakes the waiter, which looks at the clock itself.
 *
 * <p>One waiter at a time sets and clears; any thread may cancel.
 */
public final class DeadlineTimer {
    private final TimeSource time;
    private final Runnable wake;
    private volatile long deadline = Moments.NEVER;
    @GuardedBy("this")
    private long scheduledFor = Moments.NEVER;
    @GuardedBy("this")
    private boolean cancelled;
    @GuardedBy("this")
    private TimeSource.@Nullable Scheduled scheduled;

    /** A timer without a deadline. {@code wake} must not block; it may be called without need. */
    public DeadlineTimer(TimeSource time, Runnable wake) {
        this.time = time;
        this.wake = wake;
    }

    /** Wakes at this moment, unless it is set or cleared before. */
    public void set(long moment) {
        deadline = moment;
        if (moment != Moments.NEVER) {
            synchronized (this) {
                if (!cancelled && (scheduledFor == Moments.NEVER || moment - scheduledFor < 0)) {
                    schedule(moment);
                }
            }
        }
    }

    /** The wait is over. */
    public void clear() {
        deadline = Moments.NEVER;
    }

    /** Wakes no thread any more, and releases the scheduled task, which refers to the waiter. */
    public synchronized void cancel() {
        cancelled = true;
        deadline = Moments.NEVER;
        scheduledFor = Moments.NEVER;
        if (scheduled != null) {
            scheduled.cancel();
            scheduled = null;
        }
    }

    @GuardedBy("this")
    private void schedule(long moment) {
        if (scheduled != null) {
            scheduled.cancel();
        }
        scheduled = null;
        scheduledFor = Moments.NEVER;
        scheduled = time.schedule(Moments.until(time, moment), this::look);
        scheduledFor = moment;
    }

    private void look() {
        synchronized (this) {
            scheduledFor = Moments.NEVER;
            var moment = deadline;
            if (moment == Moments.NEVER) {
                return;
            }
            if (!Moments.passed(time, moment)) {
                try {
                    schedule(moment);
                    return;
                } catch (OutOfMemoryError e) {
                    // Woken early, the waiter looks at the clock and sets its deadline again.
                }
            }
        }
        wake.run();
    }
}
