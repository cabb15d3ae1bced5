package dev.weft.testkit;

import java.io.InterruptedIOException;
import java.time.Duration;

import dev.weft.net.TimeSource;
import dev.weft.net.spi.Readiness;

/** One direction of a connection being held back for a while, or for good, and the thread that waits meanwhile. */
final class Holding {
    private final TimeSource time;
    private final Readiness passable = new Readiness(true);
    private TimeSource.Scheduled end = () -> {};
    private boolean forGood;
    private boolean over;

    Holding(TimeSource time) {
        this.time = time;
    }

    /** Whether nothing passes now. */
    boolean holds() {
        return !passable.ready();
    }

    /** Holds for so long. */
    synchronized void hold(Duration delay) {
        if (over || forGood) {
            return;
        }
        passable.drained(passable.stamp());
        end = time.schedule(delay, this::pass);
    }

    /** Holds until {@link #release}. */
    synchronized void holdForGood() {
        if (over) {
            return;
        }
        forGood = true;
        end.cancel();
        passable.drained(passable.stamp());
    }

    /** Lets everything pass from now on. */
    synchronized void release() {
        over = true;
        end.cancel();
        passable.signal();
    }

    private synchronized void pass() {
        if (!forGood) {
            passable.signal();
        }
    }

    /** Waits until something may pass, or until woken or interrupted. */
    void await() throws InterruptedIOException {
        passable.await();
    }

    void wake() {
        passable.wake();
    }
}
