package dev.weft.queue;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
    private final News news;
    private volatile boolean over;

    Inflow(BlockingQueue<T> queue, Link.Builder<T> settings, News news) {
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
        }
        return over;
    }

    /** Whether messages may be put together: nothing has to be asked or measured for each. */
    boolean takesMany() {
        return stop == null && mostNanos == 0 && queue instanceof AckQueue<T>;
    }

    /** Puts messages, waiting for room; then the list is empty. */
    void putAll(List<T> messages) throws InterruptedException {
        if (queue instanceof AckQueue<T> many && takesMany()) {
            news.counts.received.add(messages.size());
            many.putAll(messages.stream().map(Delivered::new).toList());
        } else {
            for (var message : messages) {
                put(message);
            }
        }
        messages.clear();
    }

    /** Puts a message, waiting for room; drops it when there is none for as long as a wait may take (SPEC SL-9). */
    void put(T message) throws InterruptedException {
        if (mostNanos == 0) {
            news.counts.received.increment();
            queue.put(message);
        } else if (queue.offer(message, mostNanos, TimeUnit.NANOSECONDS)) {
            news.counts.received.increment();
        } else {
            news.dropped(message, new TimeoutException("the queue was full for " + TimeUnit.NANOSECONDS.toMillis(mostNanos) + " ms"));
        }
    }
}
