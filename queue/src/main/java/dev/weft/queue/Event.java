package dev.weft.queue;

import java.time.Duration;

import dev.weft.net.TimeSource;
import dev.weft.net.support.Moments;
import dev.weft.net.support.TimedCondition;

/**
 * A flag that threads can wait for, as Python's {@code threading.Event}: not set at first, then set and cleared any number of times.
 *
 * <p>Safe for any number of threads. Source: SPEC SL-40.
 */
public final class Event {
    private final TimeSource time;
    private final TimedCondition changed;
    private volatile boolean set;

    /** Not set. */
    public Event() {
        this(TimeSource.system());
    }

    /** Not set; the limits of {@link #await(Duration)} are on this clock. */
    public Event(TimeSource time) {
        this.time = time;
        changed = new TimedCondition(time);
    }

    /** Sets it, and wakes every thread that waits for it. */
    public void set() {
        set = true;
        changed.signal();
    }

    /** Takes it back: a thread that waits from now on waits until it is set again. */
    public void clear() {
        set = false;
    }

    /** Whether it is set. */
    public boolean isSet() {
        return set;
    }

    /** Waits until it is set. */
    public void await() throws InterruptedException {
        await(Duration.ZERO);
    }

    /**
     * Waits until it is set, for so long at most.
     *
     * @param limit zero means no limit
     * @return whether it is set
     */
    public boolean await(Duration limit) throws InterruptedException {
        var until = Moments.limit(time, Moments.checkLimit("await", limit));
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return set || changed.waitFor(() -> set, until);
    }

    @Override
    public String toString() {
        return set ? "event, set" : "event, not set";
    }
}
