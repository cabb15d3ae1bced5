package dev.weft.net;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Ends a wait at its deadline without a timer for every wait.
 *
 * <p>Who waits only stamps its deadline here. A task scheduled for an earlier wait of the same connection finds the newer stamp and goes back
 * to sleep until then, so steady traffic under a deadline of 30 s costs one scheduled task in 30 s, whatever the number of reads. The task
 * does no more than wake the waiting thread, which looks at the clock by itself.
 */
final class Alarm {
    /** No deadline. */
    static final long NEVER = Long.MAX_VALUE;
    /** Moments are compared by their difference, which must fit into a long: 146 years. */
    private static final Duration FARTHEST = Duration.ofNanos(Long.MAX_VALUE / 2);

    private final TimeSource time;
    private final Runnable wake;
    private volatile long deadline = NEVER;
    private long scheduledFor = NEVER;
    private boolean cancelled;
    private TimeSource.@Nullable Scheduled scheduled;

    Alarm(TimeSource time, Runnable wake) {
        this.time = time;
        this.wake = wake;
    }

    /** The moment so far ahead, for {@link #set}; NEVER when the duration is zero, which switches a deadline off. */
    static long after(TimeSource time, Duration duration) {
        return duration.isZero() ? NEVER : in(time, duration);
    }

    /** The moment so far ahead; NEVER when that is farther than the clock can tell. */
    static long in(TimeSource time, Duration duration) {
        return duration.compareTo(FARTHEST) >= 0 ? NEVER : time.nanoTime() + duration.toNanos();
    }

    /** The moment so long after another; NEVER when that is farther than the clock can tell. */
    static long after(Duration duration, long moment) {
        return duration.compareTo(FARTHEST) >= 0 ? NEVER : moment + duration.toNanos();
    }

    /** The earlier of two moments. */
    static long earlier(long a, long b) {
        return a == NEVER ? b : b == NEVER || a - b < 0 ? a : b;
    }

    /** Whether a moment has come. */
    static boolean passed(TimeSource time, long moment) {
        return moment != NEVER && time.nanoTime() - moment >= 0;
    }

    /** Wakes at this moment, unless another is set before. */
    void set(long moment) {
        deadline = moment;
        if (moment != NEVER) {
            synchronized (this) {
                if (!cancelled && (scheduledFor == NEVER || moment - scheduledFor < 0)) {
                    schedule(moment);
                }
            }
        }
    }

    /** The wait is over. */
    void clear() {
        deadline = NEVER;
    }

    /** For good: lets go of the scheduled task, which holds on to the connection. */
    synchronized void cancel() {
        cancelled = true;
        deadline = NEVER;
        scheduledFor = NEVER;
        if (scheduled != null) {
            scheduled.cancel();
            scheduled = null;
        }
    }

    private void schedule(long moment) {
        if (scheduled != null) {
            scheduled.cancel();
        }
        scheduled = null;
        scheduledFor = NEVER;
        scheduled = time.schedule(Duration.ofNanos(Math.max(0, moment - time.nanoTime())), this::look);
        scheduledFor = moment;
    }

    private void look() {
        synchronized (this) {
            scheduledFor = NEVER;
            var moment = deadline;
            if (moment == NEVER) {
                return;
            }
            if (!passed(time, moment)) {
                try {
                    schedule(moment);
                    return;
                } catch (OutOfMemoryError e) {
                    // Woken early, whoever waits looks at the clock, and sets its deadline again.
                }
            }
        }
        wake.run();
    }
}
