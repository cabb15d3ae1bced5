package dev.weft.queue;

import java.time.Duration;
import java.util.AbstractQueue;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import dev.weft.net.TimeSource;
import dev.weft.net.support.Moments;
import org.jspecify.annotations.Nullable;

/**
 * A bounded blocking queue whose messages can be acknowledged, and which can end: what links and services make when they are given no queue.
 *
 * <p>It is a {@link BlockingQueue}: {@link #put} waits while it is full. Taking a message that way acknowledges it. To say later that a message is
 * done, take it with {@link #next}; to be told of it, put the message with {@link #put(Object, Runnable)}.
 *
 * <p>When the side that fills it has ended, {@link #end} says so. What is in it can still be taken; then {@link #next} is empty, {@link #poll} is
 * null, and {@link #take}, which has no such answer, throws {@link IllegalStateException} rather than wait for ever. Nothing more can be put.
 *
 * <p>Safe for any number of threads.
 *
 * @param <T> the type of a message
 */
@SuppressWarnings("exports") // null is what a BlockingQueue's poll and peek answer
public final class AckQueue<T> extends AbstractQueue<T> implements BlockingQueue<T> {
    /** The capacity of a queue for which no other is given, in messages. */
    public static final int DEFAULT_CAPACITY = 1024;

    private static final String ENDED = "the queue has ended: nothing can be put into it";

    private final TwoLockQueue<Delivered<T>> queue;
    private final TimeSource time;

    /** A queue with room for {@value #DEFAULT_CAPACITY} messages. */
    public AckQueue() {
        this(DEFAULT_CAPACITY);
    }

    /** A queue with room for this many messages, at least one. */
    public AckQueue(int capacity) {
        this(capacity, TimeSource.system());
    }

    /** A queue with room for this many messages, at least one. This clock measures the time limits of its methods. */
    public AckQueue(int capacity, TimeSource time) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity(" + capacity + "): a queue needs room for at least 1 message");
        }
        queue = new TwoLockQueue<>(capacity);
        this.time = Objects.requireNonNull(time);
    }

    /**
     * The next message, to be acknowledged by the caller; waits for it.
     *
     * @return empty when the queue has ended and nothing is left
     */
    public Optional<Delivered<T>> next() throws InterruptedException {
        return next(AckQueue::neverOver, Moments.NEVER, time);
    }

    /**
     * As {@link #next()}, waiting for so long at most; as with {@link #poll(long, TimeUnit)}, zero does not wait.
     *
     * @return empty also when none came in time; {@link #hasEnded} tells the two apart
     */
    public Optional<Delivered<T>> next(long timeout, TimeUnit unit) throws InterruptedException {
        return next(AckQueue::neverOver, in(timeout, unit), time);
    }

    private static boolean neverOver() {
        return false;
    }

    private long in(long timeout, TimeUnit unit) {
        return Moments.in(time, Duration.ofNanos(Math.max(0, unit.toNanos(timeout))));
    }

    /**
     * The next message; waits for it until the moment.
     *
     * @param over ends the wait: evaluated at first and after each {@link #look}
     * @return empty when there is none and the wait is over, or the queue has ended
     */
    Optional<Delivered<T>> next(BooleanSupplier over, long moment, TimeSource time) throws InterruptedException {
        return Optional.ofNullable(queue.next(over, moment, time));
    }

    /** Makes every thread that waits for a message check again whether its wait is over. */
    void look() {
        queue.look();
    }

    /**
     * What is in the queue and what is still to come, until it has ended. Each message is acknowledged when the next is asked for. An interrupt,
     * which stays set, ends the iteration.
     */
    public Iterator<T> acknowledging() {
        return new Acknowledging<>(this);
    }

    private static final class Acknowledging<T> implements Iterator<T> {
        private final AckQueue<T> from;
        private @Nullable Delivered<T> before;
        private @Nullable Delivered<T> next;

        Acknowledging(AckQueue<T> from) {
            this.from = from;
        }

        @Override
        public boolean hasNext() {
            if (next == null) {
                if (before != null) {
                    before.acknowledge();
                    before = null;
                }
                try {
                    next = from.next().orElse(null);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return next != null;
        }

        @Override
        public T next() {
            if (!hasNext() || next == null) {
                throw new NoSuchElementException("the queue has ended, and nothing is left in it");
            }
            before = next;
            next = null;
            return before.message();
        }
    }

    /** Takes the messages that are there, at most this many, without waiting. The caller acknowledges them. */
    public List<Delivered<T>> nextAll(int most) {
        return queue.pollAll(most);
    }

    /** Puts all of them, and waits for room as often as needed. When it throws, those already put stay in the queue. */
    void putAll(List<Delivered<T>> messages) throws InterruptedException {
        checkPut(queue.putAll(messages));
    }

    /**
     * Puts a message, waiting while the queue is full.
     *
     * @param acknowledged runs once, when the message is done with; on the thread that acknowledges it, and must be quick
     * @throws IllegalStateException when the queue has ended
     */
    public void put(T message, Runnable acknowledged) throws InterruptedException {
        checkPut(queue.put(new Delivered<>(Objects.requireNonNull(message), acknowledged), Moments.NEVER, time));
    }

    /** As {@link #put(Object, Runnable)}, waiting for so long at most; false when there was no room in time, or the queue has ended. */
    public boolean offer(T message, Runnable acknowledged, long timeout, TimeUnit unit) throws InterruptedException {
        return offer(message, acknowledged, in(timeout, unit), time);
    }

    /** As {@link #put(Object, Runnable)}, waiting until the moment; false when there was no room by then, or the queue has ended. */
    boolean offer(T message, Runnable acknowledged, long moment, TimeSource time) throws InterruptedException {
        return queue.put(new Delivered<>(Objects.requireNonNull(message), acknowledged), moment, time);
    }

    /** Puts messages even when the queue is full: for messages whose number is bounded elsewhere, and whose sender must not wait. */
    void forceAll(List<Delivered<T>> messages) {
        checkPut(queue.forceAll(messages));
    }

    private static void checkPut(boolean put) {
        if (!put) {
            throw new IllegalStateException(ENDED);
        }
    }

    /** Nothing more will be put. A wait for room ends now, a wait for a message when none is left. Idempotent. */
    public void end() {
        queue.end();
    }

    /** Whether {@link #end} was called; messages may be left. */
    public boolean hasEnded() {
        return queue.hasEnded();
    }

    /** @throws IllegalStateException when the queue has ended */
    @Override
    public void put(T message) throws InterruptedException {
        put(message, Delivered.NOBODY);
    }

    @Override
    public boolean offer(T message, long timeout, TimeUnit unit) throws InterruptedException {
        return offer(message, Delivered.NOBODY, timeout, unit);
    }

    /** @throws IllegalStateException when the queue is full, or has ended */
    @Override
    public boolean add(T message) {
        if (!offer(message)) {
            throw new IllegalStateException(hasEnded() ? ENDED : "the queue is full: " + queue.capacity() + " messages wait in it");
        }
        return true;
    }

    @Override
    public boolean offer(T message) {
        return queue.offer(new Delivered<>(Objects.requireNonNull(message)));
    }

    /**
     * Takes a message and acknowledges it.
     *
     * @throws IllegalStateException when the queue has ended and nothing is left
     */
    @Override
    public T take() throws InterruptedException {
        return taken(next().orElseThrow(() -> new IllegalStateException("the queue has ended, and nothing is left in it")));
    }

    /** Takes a message and acknowledges it; null when none came in time, or the queue has ended and nothing is left. */
    @Override
    public @Nullable T poll(long timeout, TimeUnit unit) throws InterruptedException {
        return next(timeout, unit).map(AckQueue::taken).orElse(null);
    }

    @Override
    public @Nullable T poll() {
        var first = queue.poll();
        return first == null ? null : taken(first);
    }

    @Override
    public @Nullable T peek() {
        var first = queue.peek();
        return first == null ? null : first.message();
    }

    @Override
    public int drainTo(Collection<? super T> to) {
        return drainTo(to, Integer.MAX_VALUE);
    }

    /** Takes the messages that are there, and acknowledges them. */
    @Override
    public int drainTo(Collection<? super T> to, int most) {
        if (Objects.requireNonNull(to) == this) {
            throw new IllegalArgumentException("a queue can't be drained into itself");
        }
        var all = nextAll(most);
        all.forEach(d -> to.add(taken(d)));
        return all.size();
    }

    @Override
    public int size() {
        return queue.size();
    }

    @Override
    public boolean isEmpty() {
        return queue.isEmpty();
    }

    @Override
    public int remainingCapacity() {
        return Math.max(0, queue.capacity() - size());
    }

    /** The messages that wait at this moment, without taking any; it can't remove. */
    @Override
    public Iterator<T> iterator() {
        return queue.all().stream().map(Delivered::message).toList().iterator();
    }

    private static <T> T taken(Delivered<T> delivered) {
        delivered.acknowledge();
        return delivered.message();
    }
}
