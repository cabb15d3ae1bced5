package dev.weft.testkit;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

import dev.weft.net.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * Time that stands still until a test moves it, for deadlines without waiting.
 *
 * {@snippet :
 * var time = new ManualTime();
 * var server = Server.tcp("localhost", 0).time(time).deadlines(Deadlines.defaults().idle(Duration.ofMinutes(5))).open(handler).start();
 * ...
 * time.awaitScheduled(Duration.ofMinutes(5));   // the handler waits for its peer
 * time.advance(Duration.ofMinutes(5));          // and now it has waited long enough
 * }
 *
 * <p>It begins at zero. For any number of threads; whoever advances runs what falls due, on its own thread, the earliest first. What is
 * scheduled for now or the past does not wait for an advance: it runs at once, on a virtual thread of its own, as it would with a real clock
 * that has gone on meanwhile.
 */
public final class ManualTime implements TimeSource {
    /** How long a test waits, in real time, for something to be scheduled before it is told that nothing was. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Instant BEGINNING = Instant.parse("2000-01-01T00:00:00Z");

    /** A task at its moment; those of one moment run in the order in which they were scheduled. */
    private record Task(long moment, long number, Runnable body) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final PriorityQueue<Task> tasks = new PriorityQueue<>(Comparator.comparingLong(Task::moment).thenComparingLong(Task::number));
    private volatile long now;
    private long numbers;

    /** Time zero, nothing scheduled. */
    public ManualTime() {}

    @Override
    public long nanoTime() {
        return now;
    }

    /** The beginning of the year 2000, UTC, and as much later as this time has moved. */
    @Override
    public Instant now() {
        return BEGINNING.plusNanos(now);
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
        if (delay.isNegative() || delay.isZero()) {
            Thread.ofVirtual().name("manual-time").start(task);
            return () -> {};
        }
        lock.lock();
        try {
            var scheduled = new Task(now + delay.toNanos(), numbers++, task);
            tasks.add(scheduled);
            changed.signalAll();
            return () -> cancel(scheduled);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Moves time forward, stopping at each moment for which something is scheduled to run it here; what that schedules in turn runs too when
     * it falls due on the way.
     *
     * @throws IllegalArgumentException when the duration is negative: time only goes forward
     */
    public void advance(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("time does not go back by " + duration);
        }
        var end = now + duration.toNanos();
        for (var task = nextUntil(end); task != null; task = nextUntil(end)) {
            task.body.run();
        }
    }

    /** Moves time forward, step by step, until the condition holds: for a wait that begins at a moment the test cannot see. */
    public void advanceUntil(Duration step, BooleanSupplier condition) {
        Eventually.holds("the condition, with time going on by " + step + " at a time", () -> {
            if (condition.getAsBoolean()) {
                return true;
            }
            advance(step);
            return condition.getAsBoolean();
        });
    }

    /** How many tasks wait for their moment. */
    public int waiting() {
        lock.lock();
        try {
            return tasks.size();
        } finally {
            lock.unlock();
        }
    }

    /** How far ahead the next task is; empty when nothing is scheduled. */
    public Optional<Duration> next() {
        lock.lock();
        try {
            return Optional.ofNullable(tasks.peek()).map(task -> Duration.ofNanos(task.moment - now));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits, in real time, until a task is scheduled that falls due no later than this from now.
     *
     * @throws IllegalStateException when none was within 10 s
     */
    public void awaitScheduled(Duration within) {
        awaitThat("a task due within " + within, () -> {
            var next = tasks.peek();
            return next != null && next.moment - now <= within.toNanos();
        });
    }

    /**
     * Waits, in real time, until so many tasks are scheduled.
     *
     * @throws IllegalStateException when there were fewer after 10 s
     */
    public void awaitWaiting(int count) {
        awaitThat(count + " scheduled tasks", () -> tasks.size() >= count);
    }

    @Override
    public String toString() {
        return "manual time at " + Duration.ofNanos(now) + ", " + waiting() + " tasks scheduled";
    }

    private void awaitThat(String what, BooleanSupplier condition) {
        var left = PATIENCE.toNanos();
        lock.lock();
        try {
            while (!condition.getAsBoolean()) {
                if (left <= 0) {
                    throw new IllegalStateException("no " + what + " after " + PATIENCE.toSeconds() + " s: " + this);
                }
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + what, e);
        } finally {
            lock.unlock();
        }
    }

    /** The next task due until then, with the time set to its moment; null, and the time set to the end, when there is none. */
    private @Nullable Task nextUntil(long end) {
        lock.lock();
        try {
            var next = tasks.peek();
            if (next == null || next.moment > end) {
                now = Math.max(now, end);
                return null;
            }
            tasks.poll();
            now = Math.max(now, next.moment);
            return next;
        } finally {
            lock.unlock();
        }
    }

    private void cancel(Task task) {
        lock.lock();
        try {
            tasks.remove(task);
        } finally {
            lock.unlock();
        }
    }
}
