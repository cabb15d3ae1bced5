package dev.weft.queue;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * What a link receives: where the messages go. One thread at a time.
 *
 * @param <T> the type of a message
 */
final class Inflow<T> {
    private final BlockingQueue<T> queue;
    private final @Nullable BooleanSupplier stop;
    private final long mostNanos;
    private final LinkEvents news;
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile boolean over;
    private volatile boolean closed;
    /** Messages that are not acknowledged, where somebody wants to know. */
    private volatile @Nullable AtomicLong underWay;

    Inflow(BlockingQueue<T> queue, Link.Builder<T> settings, LinkEvents news) {
        this.queue = queue;
        stop = settings.stopReceiving;
        mostNanos = Waits.nanos(settings.timeout);
        this.news = news;
    }

    BlockingQueue<T> queue() {
        return queue;
    }

    /** Nothing more is to be received. */
    boolean isOver() {
        return over;
    }

    /** Whether somebody has to be asked now and then. */
    boolean hasStop() {
        return stop != null;
    }

    /** To be asked before each message; true ends this direction. */
    boolean stops() {
        if (!over && stop != null && stop.getAsBoolean()) {
            over = true;
            done.countDown();
        }
        return over;
    }

    /** Messages that come from now on are not taken. */
    void close() {
        closed = true;
    }

    /** Whether a message that comes is taken. */
    boolean takes() {
        return !over && !closed;
    }

    /** Counts from now on which messages are not acknowledged, where else nobody would hear of it. */
    void track() {
        if (underWay == null) {
            underWay = new AtomicLong();
        }
    }

    /** Whether all that was put into the queue was taken out of it, and is done as far as that is told. */
    boolean isSettled() {
        var counted = underWay;
        return queue.isEmpty() && (counted == null || counted.get() == 0);
    }

    /** Nothing more will be received. */
    void end() {
        done.countDown();
    }

    void join() throws InterruptedException {
        done.await();
    }

    /** Whether messages may be put together: nothing has to be asked or measured for each. */
    boolean takesMany() {
        return stop == null && mostNanos == 0 && queue instanceof AckQueue<T>;
    }

    /** Puts messages, waiting for room; then the list is empty. */
    void putAll(List<T> messages) throws InterruptedException {
        if (!takes()) {
            messages.clear(); // at most once
        } else if (queue instanceof AckQueue<T> many && takesMany()) {
            news.counts.received.add(messages.size());
            many.putAll(messages.stream().map(this::delivered).toList());
        } else {
            for (var message : messages) {
                put(message);
            }
        }
        messages.clear();
    }

    private Delivered<T> delivered(T message) {
        var counted = underWay;
        if (counted == null) {
            return new Delivered<>(message);
        }
        counted.incrementAndGet();
        return new Delivered<>(message, counted::decrementAndGet);
    }

    /** Puts a message, waiting for room; drops it when there is none for as long as a wait may take (SPEC SL-9). */
    void put(T message) throws InterruptedException {
        if (mostNanos == 0) {
            news.counts.received.increment();
            if (queue instanceof AckQueue<T> acknowledging) {
                acknowledging.putAll(List.of(delivered(message)));
            } else {
                queue.put(message);
            }
        } else if (offer(message)) {
            news.counts.received.increment();
        } else {
            news.dropped(message, new TimeoutException("the queue was full for " + TimeUnit.NANOSECONDS.toMillis(mostNanos) + " ms"));
        }
    }

    private boolean offer(T message) throws InterruptedException {
        if (!(queue instanceof AckQueue<T> acknowledging)) {
            return queue.offer(message, mostNanos, TimeUnit.NANOSECONDS);
        }
        var delivered = delivered(message);
        var put = acknowledging.offer(message, delivered::acknowledge, mostNanos, TimeUnit.NANOSECONDS);
        if (!put) {
            delivered.acknowledge();
        }
        return put;
    }
}
