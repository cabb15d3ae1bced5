package dev.weft.queue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

import dev.weft.net.TimeSource;
import dev.weft.net.support.Moments;
import org.jspecify.annotations.Nullable;

/**
 * What a link receives: where the messages go. One thread at a time.
 *
 * @param <T> the type of a message
 */
final class Inflow<T> {
    private static final Duration LOOK = Duration.ofMillis(50);

    private final BlockingQueue<T> queue;
    private final @Nullable BooleanSupplier stop;
    /** How long a message may wait for room in a full queue; zero for no limit. */
    private final Duration timeout;
    private final TimeSource time;
    private final LinkEvents events;
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile boolean over;
    private volatile boolean closed;
    /** How many messages are not acknowledged; null where that is not counted. */
    private volatile @Nullable AtomicLong underWay;

    Inflow(BlockingQueue<T> queue, LinkSettings<T> settings, LinkEvents events) {
        this.queue = queue;
        stop = settings.stopReceiving();
        timeout = settings.timeout();
        time = settings.time();
        this.events = events;
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

    /** Counts from now on which messages are not acknowledged, where otherwise nobody is told. */
    void track() {
        if (underWay == null) {
            underWay = new AtomicLong();
        }
    }

    /** How many messages that were put into the queue were not taken out of it, or are not done as far as that is told. */
    int unsettled() {
        var counted = underWay;
        return Math.max(queue.size(), counted == null ? 0 : (int) counted.get());
    }

    /** Nothing more will be received. */
    void end() {
        done.countDown();
    }

    /** Waits until this direction is over; an interrupt, which stays set, ends the wait. */
    void join() {
        try {
            done.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether messages may be put together: nothing has to be asked or measured for each. */
    boolean takesMany() {
        return stop == null && timeout.isZero() && queue instanceof AckQueue<T>;
    }

    /** Puts messages, waiting for room; then the list is empty. */
    void putAll(List<T> messages) throws InterruptedException {
        if (!takes()) {
            messages.clear(); // at most once
        } else if (queue instanceof AckQueue<T> many && takesMany()) {
            events.counts.received.add(messages.size());
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
        if (timeout.isZero()) {
            events.counts.received.increment();
            if (queue instanceof AckQueue<T> acknowledging) {
                acknowledging.putAll(List.of(delivered(message)));
            } else {
                queue.put(message);
            }
        } else if (offer(message)) {
            events.counts.received.increment();
        } else {
            events.dropped(message, new TimeoutException("the queue was full for " + timeout.toMillis() + " ms"));
        }
    }

    private boolean offer(T message) throws InterruptedException {
        var until = Moments.in(time, timeout);
        if (!(queue instanceof AckQueue<T> acknowledging)) {
            return offer(message, until);
        }
        var delivered = delivered(message);
        var put = acknowledging.offer(message, delivered::acknowledge, until, time);
        if (!put) {
            delivered.acknowledge();
        }
        return put;
    }

    /** The queue is the caller's, and counts in the machine's time: so it waits in steps, between which this looks at the link's clock. */
    private boolean offer(T message, long until) throws InterruptedException {
        while (true) {
            var left = Moments.until(time, until);
            var step = left.compareTo(LOOK) < 0 ? left : LOOK;
            if (queue.offer(message, step.toNanos(), TimeUnit.NANOSECONDS)) {
                return true;
            }
            if (Moments.passed(time, until)) {
                return false;
            }
        }
    }
}
