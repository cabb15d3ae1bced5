package dev.weft.queue;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weft.net.TimeSource;
import dev.weft.net.support.Moments;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue with one lock for producers and another for takers. Takers fetch all that has arrived at once, so the two seldom wait for each
 * other. The queue can end: then nothing more is put, and what is in it can still be taken. Safe for any number of threads.
 *
 * @param <E> the type of an element
 */
final class TwoLockQueue<E> {
    private static final TimeSource.Scheduled NONE = () -> {};
    /**
     * A producer that waits is woken when half of the queue is free. To notice less room than that it looks by itself: first after this time, then
     * after twice that, and so on. No user sets this time, so it is measured by the machine's clock.
     */
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LOOK_AGAIN_AT_LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(64);
    private static final VarHandle OUTSTANDING;

    static {
        try {
            OUTSTANDING = MethodHandles.lookup().findVarHandle(TwoLockQueue.class, "outstanding", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int capacity;
    /** The takers' lock: no thread waits while it holds it. It is taken before {@link #lock} where both are. */
    private final ReentrantLock taking = new ReentrantLock();
    /** The older elements. */
    @GuardedBy("taking")
    private ArrayDeque<E> fetched = new ArrayDeque<>();
    /** How many of those there are; written by the thread that takes. */
    private volatile int outstanding;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final Condition emptied = lock.newCondition();
    @GuardedBy("lock")
    private ArrayDeque<E> arrived = new ArrayDeque<>();
    private volatile boolean ended;
    /** How many threads wait for an element; changed under the lock. */
    private volatile int idle;
    /** Whether a thread waits for room. */
    private volatile boolean crowded;

    TwoLockQueue(int capacity) {
        this.capacity = capacity;
    }

    int capacity() {
        return capacity;
    }

    /**
     * The next element. Waits until there is one, or until the moment.
     *
     * @param over ends the wait: evaluated at first and after each {@link #look}
     * @return null when there is none and the wait is over, or the queue has ended
     */
    @Nullable
    E next(BooleanSupplier over, long moment, TimeSource time) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        while (true) {
            var last = ended || over.getAsBoolean(); // before the look: nothing is put after the end, so what is not there then never will be
            var first = poll();
            if (first != null || last || Moments.passed(time, moment)) {
                return first;
            }
            awaitFilled(over, moment, time);
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
    private void awaitFilled(BooleanSupplier over, long moment, TimeSource time) throws InterruptedException {
        var alarm = moment == Moments.NEVER ? NONE : time.schedule(Moments.until(time, moment), this::look);
        try {
            lock.lockInterruptibly();
            try {
                idle++;
                while (waiting() == 0 && !ended && !Moments.passed(time, moment) && !over.getAsBoolean()) {
                    filled.await();
                }
            } finally {
                idle--;
                lock.unlock();
            }
        } finally {
            alarm.cancel();
        }
    }

    /** Makes every thread that waits for an element check again whether its wait is over. */
    void look() {
        lock.lock();
        try {
            filled.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Takes the oldest element; null when there is none now. */
    @Nullable
    E poll() {
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

    /** Takes the elements that are there, at most this many, without waiting. */
    List<E> pollAll(int most) {
        var all = new ArrayList<E>();
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

    /** The oldest element, which stays; null when there is none. */
    @Nullable
    E peek() {
        taking.lock();
        try {
            return fetch() ? fetched.getFirst() : null;
        } finally {
            taking.unlock();
        }
    }

    /** Fetches all that has arrived when nothing is fetched. Returns whether there is an element. */
    @GuardedBy("taking")
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

    /** Called after an element was taken. Wakes another taker if there is more, and a producer that waits once half of the queue is free. */
    @GuardedBy("taking")
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

    @GuardedBy("lock")
    private int waiting() {
        return arrived.size() + outstanding;
    }

    /** Puts an element, and waits for room until the moment. Returns false when there was none by then, or the queue has ended. */
    boolean put(E element, long moment, TimeSource time) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            return awaitRoom(moment, time) && arrive(element);
        } finally {
            lock.unlock();
        }
    }

    /** Puts all of them, and waits for room as often as needed. When it throws, those already put stay. Returns false when the queue has ended. */
    boolean putAll(Collection<? extends E> elements) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            for (var element : elements) {
                if (waiting() >= capacity || ended) {
                    filled.signal();
                    if (!awaitRoom(Moments.NEVER, TimeSource.system())) {
                        return false;
                    }
                }
                arrived.addLast(element);
            }
            filled.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Puts all of them, even when the queue is full. Returns false when it has ended. */
    boolean forceAll(Collection<? extends E> elements) {
        lock.lock();
        try {
            if (!ended) {
                arrived.addAll(elements);
                filled.signal();
            }
            return !ended;
        } finally {
            lock.unlock();
        }
    }

    /** Puts an element if there is room now. Returns false when there is none, or the queue has ended. */
    boolean offer(E element) {
        lock.lock();
        try {
            return !ended && waiting() < capacity && arrive(element);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until there is room for one. Returns false when there was none by the moment, or the queue has ended. */
    @GuardedBy("lock")
    private boolean awaitRoom(long moment, TimeSource time) throws InterruptedException {
        for (var look = LOOK_AGAIN_NANOS; waiting() >= capacity && !ended; look = Math.min(2 * look, LOOK_AGAIN_AT_LEAST_NANOS)) {
            if (Moments.passed(time, moment)) {
                return false;
            }
            crowded = true;
            emptied.awaitNanos(moment == Moments.NEVER ? look : Math.min(look, Moments.until(time, moment).toNanos()));
        }
        crowded = false;
        return !ended;
    }

    @GuardedBy("lock")
    private boolean arrive(E element) {
        arrived.addLast(element);
        filled.signal();
        return true;
    }

    /** Nothing more will be put. A wait for room ends now, a wait for an element when none is left. Idempotent. */
    void end() {
        lock.lock();
        try {
            ended = true;
            filled.signalAll();
            emptied.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether {@link #end} was called; elements may be left. */
    boolean hasEnded() {
        return ended;
    }

    int size() {
        lock.lock();
        try {
            return waiting();
        } finally {
            lock.unlock();
        }
    }

    /** Takes no lock in most cases, as threads that acknowledge one message after the other would contend for it. */
    boolean isEmpty() {
        return outstanding == 0 && size() == 0;
    }

    /** The elements at this moment, the oldest first. */
    List<E> all() {
        taking.lock();
        try {
            lock.lock();
            try {
                return Stream.concat(fetched.stream(), arrived.stream()).toList();
            } finally {
                lock.unlock();
            }
        } finally {
            taking.unlock();
        }
    }
}
