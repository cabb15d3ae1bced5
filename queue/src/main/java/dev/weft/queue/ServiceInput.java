package dev.weft.queue;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Where a service's messages come from; one thread at a time asks it.
 *
 * @param <I> the type of a message
 */
sealed interface ServiceInput<I> {
    /** A queue that can't be told that somebody need not wait any more, is asked so often. */
    long LOOK = TimeUnit.MILLISECONDS.toNanos(250);

    /** The next one; empty only at the end, or when there is none and it is over. */
    Optional<Delivered<I>> next(BooleanSupplier over) throws InterruptedException;

    /** Whoever waits looks again whether it is over. */
    default void look() {}

    /** The next one, if it comes in so many nanoseconds. */
    Optional<Delivered<I>> next(long nanos) throws InterruptedException;

    /** Whether nothing is added any more; something may be left. */
    boolean hasEnded();

    static <I> ServiceInput<I> of(BlockingQueue<I> queue) {
        return queue instanceof AckQueue<I> acknowledged ? new Acknowledged<>(acknowledged) : new Plain<>(queue);
    }

    /** A queue that hears when a message is done, and that can end. */
    record Acknowledged<I>(AckQueue<I> queue) implements ServiceInput<I> {
        @Override
        public Optional<Delivered<I>> next(BooleanSupplier over) throws InterruptedException {
            return queue.next(over);
        }

        @Override
        public void look() {
            queue.look();
        }

        @Override
        public Optional<Delivered<I>> next(long nanos) throws InterruptedException {
            return queue.next(nanos, TimeUnit.NANOSECONDS);
        }

        @Override
        public boolean hasEnded() {
            return queue.hasEnded();
        }
    }

    /** Any other queue. */
    record Plain<I>(BlockingQueue<I> queue) implements ServiceInput<I> {
        @Override
        public Optional<Delivered<I>> next(BooleanSupplier over) throws InterruptedException {
            while (true) {
                var last = over.getAsBoolean();
                var next = next(last ? 0 : LOOK);
                if (next.isPresent() || last) {
                    return next;
                }
            }
        }

        @Override
        public Optional<Delivered<I>> next(long nanos) throws InterruptedException {
            return Optional.ofNullable(queue.poll(nanos, TimeUnit.NANOSECONDS)).map(Delivered::new);
        }

        @Override
        public boolean hasEnded() {
            return false;
        }
    }

    /** Nothing but the moments at which a source is asked: at once, and then each time so long after the one before was dealt with. */
    final class Ticks implements ServiceInput<Void> {
        private final long interval;
        private long due = System.nanoTime();
        private boolean given;

        Ticks(Duration interval) {
            this.interval = Math.min(TimeUnit.NANOSECONDS.convert(interval), Long.MAX_VALUE / 2);
        }

        @Override
        public Optional<Delivered<Void>> next(BooleanSupplier over) throws InterruptedException {
            while (!over.getAsBoolean()) {
                var next = next(LOOK);
                if (next.isPresent()) {
                    return next;
                }
            }
            return Optional.empty();
        }

        @Override
        public Optional<Delivered<Void>> next(long nanos) throws InterruptedException {
            if (given) {
                given = false;
                due = System.nanoTime() + interval;
            }
            TimeUnit.NANOSECONDS.sleep(Math.min(nanos, due - System.nanoTime()));
            if (System.nanoTime() - due < 0) {
                return Optional.empty();
            }
            given = true;
            return Optional.of(new Delivered<>(nothing()));
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
