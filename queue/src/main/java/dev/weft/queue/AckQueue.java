package dev.weft.queue;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.AbstractQueue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * A bounded blocking queue whose messages can be acknowledged, and which can end: what links and services make when they are given no queue.
 *
 * <p>To everything that knows {@link BlockingQueue} it is one: {@link #put} waits while it is full. Taking a message that way acknowledges it.
 * Who wants to say later that a message is done takes it with {@link #next}; who wants to hear it puts it with {@link #put(Object, Runnable)}.
 *
 * <p>When the side that fills it has ended, {@link #end} says so: what is in it can still be taken, and then {@link #next} is empty,
 * {@link #poll} null, and {@link #take}, which has no such answer, throws {@link IllegalStateException} rather than wait for ever. Nothing more can
 * be put.
 *
 * <p>Safe for any number of threads.
 *
 * @param <T> the type of a message
 */
@SuppressWarnings("exports") // null is what a BlockingQueue's poll and peek answer
public final class AckQueue<T> extends AbstractQueue<T> implements BlockingQueue<T> {
    /** Messages that wait in a queue which is given no other bound. */
    public static final int DEFAULT_CAPACITY = 1024;

    private static final String ENDED = "the queue has ended: nothing can be put into it";

    /**
     * A producer is told of room when there is some to speak of; of less he learns by looking again, first after so long, then after twice that,
     * and so on.
     */
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LOOK_AGAIN_AT_LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(64);
    private static final VarHandle OUTSTANDING;

    static {
        try {
            OUTSTANDING = MethodHandles.lookup().findVarHandle(AckQueue.class, "outstanding", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int capacity;
    /** For those who take: nobody waits while holding it. Before {@link #lock}, if both. */
    private final ReentrantLock taking = new ReentrantLock();
    /** The older messages. Takers fetch all of {@link #arrived} at once, so that producers and takers seldom meet. */
    private ArrayDeque<Delivered<T>> fetched = new ArrayDeque<>();
    /** How many of those there are; written by who is taking. */
    private volatile int outstanding;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final Condition emptied = lock.newCondition();
    private ArrayDeque<Delivered<T>> arrived = new ArrayDeque<>();
    private volatile boolean ended;
    /** How many wait for a message; changed while holding the lock. */
    private volatile int idle;
    /** Whether somebody waits for room. */
    private volatile boolean crowded;

    /** For {@value #DEFAULT_CAPACITY} messages. */
    public AckQueue() {
        this(DEFAULT_CAPACITY);
    }

    /** For so many messages, at least one. */
    public AckQueue(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a queue for " + capacity + " messages");
        }
        this.capacity = capacity;
    }

    /**
     * The next message, to be acknowledged by the caller; waits for it.
     *
     * @return empty when the queue has ended and nothing is left
     */
    public Optional<Delivered<T>> next() throws InterruptedException {
        return Optional.ofNullable(next(Long.MAX_VALUE));
    }

    /**
     * As {@link #next()}, waiting for so long at most.
     *
     * @return empty when none came in time, too; {@link #hasEnded} tells
     */
    public Optional<Delivered<T>> next(long timeout, TimeUnit unit) throws InterruptedException {
        return Optional.ofNullable(next(Math.max(0, unit.toNanos(timeout))));
    }

    /**
     * The next message; waits for it until {@code over} says so, which is asked at first and after each {@link #look}.
     *
     * @return empty when there is none and it is over, or the queue has ended
     */
    Optional<Delivered<T>> next(BooleanSupplier over) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        while (true) {
            var last = ended || over.getAsBoolean();
            var first = first();
            if (first != null || last) {
                return Optional.ofNullable(first);
            }
            awaitMessage(Long.MAX_VALUE, over);
        }
    }

    /** Whoever waits for a message looks again whether it is over. */
    void look() {
        lock.lock();
        try {
            filled.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Delivered<T> next(long most) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        for (var nanos = most;;) {
            var over = ended; // nothing is put after that, so what is not there now never will be
            var first = first();
            if (first != null || over || nanos <= 0) {
                return first;
            }
            nanos = awaitMessage(nanos, AckQueue::never);
        }
    }

    private static boolean never() {
        return false;
    }

    /** Waits while there is nothing to take; how much of the time is left. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
    private long awaitMessage(long most, BooleanSupplier over) throws InterruptedException {
        var nanos = most;
        lock.lockInterruptibly();
        idle++;
        try {
            while (waiting() == 0 && !ended && nanos > 0 && !over.getAsBoolean()) {
                if (nanos == Long.MAX_VALUE) {
                    filled.await();
                } else {
                    nanos = filled.awaitNanos(nanos);
                }
            }
            return nanos;
        } finally {
            idle--;
            lock.unlock();
        }
    }

    /** Takes the oldest message; null when there is none now. */
    private @Nullable Delivered<T> first() {
        taking.lock();
        try {
            if (!fetch()) {
                return null;
            }
            var first = fetched.removeFirst();
            took();
            return first;
        } finally {
            taking.unlock();
        }
    }

    /** While taking: when nothing is fetched, all that has arrived, at once; whether there is a message. */
    private boolean fetch() {
        if (!fetched.isEmpty()) {
            return true;
        }
        lock.lock();
        try {
            var none = fetched;
            fetched = arrived;
            arrived = none;
            outstanding = fetched.size();
        } finally {
            lock.unlock();
        }
        return !fetched.isEmpty();
    }

    /**
     * While taking: there is room for one more, and perhaps something for another taker. Who waits for room is told when there is some to speak of.
     */
    private void took() {
        var left = fetched.size();
        OUTSTANDING.setRelease(this, left);
        if ((crowded && left <= capacity / 2) || (idle > 0 && left > 0)) {
            lock.lock();
            try {
                emptied.signalAll();
                filled.signal();
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * What is in the queue and what is still to come, until it has ended. Each message is acknowledged when the next is asked for. An interrupt,
     * which stays set, ends the iteration.
     */
    public Iterator<T> acknowledging() {
        return new Iterator<>() {
            private @Nullable Delivered<T> before;
            private @Nullable Delivered<T> next;

            @Override
            public boolean hasNext() {
                if (next == null) {
                    if (before != null) {
                        before.acknowledge();
                        before = null;
                    }
                    try {
                        next = AckQueue.this.next(Long.MAX_VALUE);
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
        };
    }

    /** Takes what is there without waiting, at most so many, to be acknowledged by the caller. */
    public List<Delivered<T>> nextAll(int most) {
        var all = new ArrayList<Delivered<T>>();
        taking.lock();
        try {
            while (all.size() < most && fetch()) {
                all.add(fetched.removeFirst());
            }
            if (!all.isEmpty()) {
                took();
            }
        } finally {
            taking.unlock();
        }
        return all;
    }

    private int waiting() {
        return arrived.size() + outstanding;
    }

    /** Holding the lock: waits until there is room for one; false when there was none in time, or the queue has ended. */
    private boolean awaitRoom(long most) throws InterruptedException {
        var look = LOOK_AGAIN_NANOS;
        for (var nanos = most; waiting() >= capacity && !ended; look = Math.min(2 * look, LOOK_AGAIN_AT_LEAST_NANOS)) {
            if (nanos <= 0) {
                return false;
            }
            var step = Math.min(nanos, look);
            crowded = true;
            var waited = step - emptied.awaitNanos(step);
            nanos = nanos == Long.MAX_VALUE ? nanos : nanos - waited;
        }
        crowded = false;
        return !ended;
    }

    /** Puts all of them, waiting for room as often as need be; those that were put stay there when this throws. */
    void putAll(List<Delivered<T>> messages) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            for (var message : messages) {
                if (waiting() >= capacity || ended) {
                    filled.signal();
                    if (!awaitRoom(Long.MAX_VALUE)) {
                        throw new IllegalStateException(ENDED);
                    }
                }
                arrived.addLast(message);
            }
            filled.signal();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Puts a message, waiting while the queue is full.
     *
     * @param acknowledged runs once, when the message is done with; on the thread of whoever says so, and must be quick
     * @throws IllegalStateException when the queue has ended
     */
    public void put(T message, Runnable acknowledged) throws InterruptedException {
        if (!put(new Delivered<>(Objects.requireNonNull(message), acknowledged), Long.MAX_VALUE)) {
            throw new IllegalStateException(ENDED);
        }
    }

    /** As {@link #put(Object, Runnable)}, waiting for so long at most; false when there was no room in time, or the queue has ended. */
    public boolean offer(T message, Runnable acknowledged, long timeout, TimeUnit unit) throws InterruptedException {
        return put(new Delivered<>(Objects.requireNonNull(message), acknowledged), unit.toNanos(timeout));
    }

    private boolean put(Delivered<T> message, long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            return awaitRoom(nanos) && arrive(message);
        } finally {
            lock.unlock();
        }
    }

    /** Puts messages though the queue be full: for those whose number is bounded elsewhere, and who may not wait. */
    void forceAll(List<Delivered<T>> messages) {
        lock.lock();
        try {
            if (ended) {
                throw new IllegalStateException(ENDED);
            }
            arrived.addAll(messages);
            filled.signal();
        } finally {
            lock.unlock();
        }
    }

    private boolean arrive(Delivered<T> message) {
        arrived.addLast(message);
        filled.signal();
        return true;
    }

    /** Nothing more will be put: who waits for a message is told when none is left, and who waits for room at once. Idempotent. */
    public void end() {
        lock.lock();
        try {
            ended = true;
            filled.signalAll();
            emptied.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether {@link #end} was called; messages may be left. */
    public boolean hasEnded() {
        return ended;
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
            throw new IllegalStateException(hasEnded() ? ENDED : "the queue is full: " + capacity + " messages wait in it");
        }
        return true;
    }

    @Override
    public boolean offer(T message) {
        var delivered = new Delivered<>(Objects.requireNonNull(message));
        lock.lock();
        try {
            return !ended && waiting() < capacity && arrive(delivered);
        } finally {
            lock.unlock();
        }
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
        var first = first();
        return first == null ? null : taken(first);
    }

    @Override
    public @Nullable T peek() {
        taking.lock();
        try {
            return fetch() ? fetched.getFirst().message() : null;
        } finally {
            taking.unlock();
        }
    }

    @Override
    public int drainTo(Collection<? super T> to) {
        return drainTo(to, Integer.MAX_VALUE);
    }

    /** Takes and acknowledges them. */
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
        lock.lock();
        try {
            return waiting();
        } finally {
            lock.unlock();
        }
    }

    /** Mostly without a lock, which who acknowledges one message after the other would fight for. */
    @Override
    public boolean isEmpty() {
        return outstanding == 0 && size() == 0;
    }

    @Override
    public int remainingCapacity() {
        return Math.max(0, capacity - size());
    }

    /** The messages that wait at this moment, without taking any; it can't remove. */
    @Override
    public Iterator<T> iterator() {
        taking.lock();
        lock.lock();
        try {
            return Stream.concat(fetched.stream(), arrived.stream()).map(Delivered::message).toList().iterator();
        } finally {
            lock.unlock();
            taking.unlock();
        }
    }

    private static <T> T taken(Delivered<T> delivered) {
        delivered.acknowledge();
        return delivered.message();
    }
}
