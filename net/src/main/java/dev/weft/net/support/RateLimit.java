package dev.weft.net.support;

import java.time.Duration;
import java.util.function.LongConsumer;

import dev.weft.net.TimeSource;

/**
 * So many in each period and no more; how many more there were is told once the period is over. For any thread.
 *
 * <p>A period begins with the first one after the last period's end, so a quiet log has no clock running.
 */
public final class RateLimit {
    private final int most;
    private final Duration period;
    private final TimeSource time;
    private final LongConsumer missed;
    private long since;
    private int passed;
    private long left;

    /**
     * A limit.
     *
     * @param most that pass in one period
     * @param missed told at the end of a period how many did not pass, when some did not; on a virtual thread of its own
     */
    public RateLimit(int most, Duration period, TimeSource time, LongConsumer missed) {
        this.most = most;
        this.period = period;
        this.time = time;
        this.missed = missed;
        since = time.nanoTime() - period.toNanos();
    }

    /** Whether one more passes now. */
    public synchronized boolean pass() {
        var now = time.nanoTime();
        if (left == 0 && now - since >= period.toNanos()) {
            since = now;
            passed = 0;
        }
        if (passed < most) {
            passed++;
            return true;
        }
        if (left++ == 0) {
            time.schedule(Duration.ofNanos(Math.max(0, since + period.toNanos() - now)), this::end);
        }
        return false;
    }

    /** Runs where nothing may block, so what is told is told on a thread of its own. */
    private void end() {
        long count;
        synchronized (this) {
            count = left;
            left = 0;
            since = time.nanoTime();
            passed = 0;
        }
        Thread.ofVirtual().name("weft-missed").start(() -> missed.accept(count));
    }
}
