package dev.weft.queue;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import dev.weft.net.TimeSource;
import dev.weft.net.support.Moments;
import dev.weft.net.support.TimedCondition;

/**
 * Where a service's messages come from; one thread at a time asks it.
 *
 * @param <I> the type of a message
 */
sealed interface ServiceInput<I> {
    /**
     * The next one; waits for it until the moment.
     *
     * @param over ends the wait: evaluated at first, and after each {@link #look}
     * @return empty when there is none and the wait is over, or at the end
     */
    Optional<Delivered<I>> next(BooleanSupplier over, long moment) throws InterruptedException;

    /** The thread that waits looks again whether its wait is over. */
    default void look() {}

    /** Whether nothing is added any more; something may be left. */
    boolean hasEnded();

    static <I> ServiceInput<I> of(BlockingQueue<I> queue, TimeSource time) {
        return queue instanceof AckQueue<I> acknowledged ? new Acknowledged<>(acknowledged, time) : new Plain<>(queue, time);
    }

    /** A queue that is told when a message is done, and that can end. */
    record Acknowledged<I>(AckQueue<I> queue, TimeSource time) implements ServiceInput<I> {
        @Override
        public Optional<Delivered<I>> next(BooleanSupplier over, long moment) throws InterruptedException {
            return queue.next(over, moment, time);
        }

        @Override
        public void look() {
            queue.look();
        }

        @Override
        public boolean hasEnded() {
            return queue.hasEnded();
        }
    }

    /** Any other queue: it can't be told that a wait is over, and counts in the machine's time. So it waits in steps. */
    record Plain<I>(BlockingQueue<I> queue, TimeSource time) implements ServiceInput<I> {
        private static final Duration LOOK = Duration.ofMillis(250);

        @Override
        public Optional<Delivered<I>> next(BooleanSupplier over, long moment) throws InterruptedException {
            while (true) {
                var last = over.getAsBoolean();
                var left = last ? Duration.ZERO : moment == Moments.NEVER ? LOOK : Moments.until(time, moment);
                var next = queue.poll((left.compareTo(LOOK) < 0 ? left : LOOK).toNanos(), TimeUnit.NANOSECONDS);
                if (next != null || last || Moments.passed(time, moment)) {
                    return Optional.ofNullable(next).map(Delivered::new);
                }
            }
        }

        @Override
        public boolean hasEnded() {
            return false;
        }
    }

    /** Nothing but the moments at which a source is asked: at once, and then each time so long after the one before was dealt with. */
    final class Ticks implements ServiceInput<Void> {
        private final Duration interval;
        private final TimeSource time;
        private final TimedCondition changed;
        private long due;
        private boolean given;

        Ticks(Duration interval, TimeSource time) {
            this.interval = interval;
            this.time = time;
            changed = new TimedCondition(time);
            due = time.nanoTime();
        }

        @Override
        public Optional<Delivered<Void>> next(BooleanSupplier over, long moment) throws InterruptedException {
            if (given) {
                given = false;
                due = Moments.in(time, interval);
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (!Moments.passed(time, due)) {
                changed.waitFor(() -> over.getAsBoolean() || Moments.passed(time, due), Moments.earlier(due, moment));
            }
            if (over.getAsBoolean() || !Moments.passed(time, due)) {
                return Optional.empty();
            }
            given = true;
            return Optional.of(new Delivered<>(nothing()));
        }

        @Override
        public void look() {
            changed.signal();
        }

        @Override
        public boolean hasEnded() {
            return false;
        }

        /** The only value that Void has. */
        @SuppressWarnings("NullAway")
        private static Void nothing() {
            return null;
        }
    }
}
