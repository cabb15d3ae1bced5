package dev.weft.message;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import dev.weft.net.Server;
import dev.weft.net.TimeSource;
import dev.weft.net.support.Moments;
import dev.weft.net.support.TimedCondition;

/** The hooks that run beside a peer's reading thread: each on a virtual thread of its own, a limited number at once. */
final class ParallelHooks {
    /** What an interrupted hook gets for its clean-up. */
    private static final Duration LAST_CALL = Duration.ofSeconds(1);

    private final int most;
    private final Semaphore room;
    private final TimedCondition roomChanged;
    private final AtomicInteger waiters = new AtomicInteger();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    ParallelHooks(int most, TimeSource time) {
        this.most = most;
        room = new Semaphore(most);
        roomChanged = new TimedCondition(time);
    }

    /** Whether the calling thread is one of them. */
    boolean isOnThisThread() {
        return threads.contains(Thread.currentThread());
    }

    /** Their threads now. */
    List<Thread> running() {
        return List.copyOf(threads);
    }

    /** Whether as many run as may. */
    boolean isFull() {
        return room.availablePermits() == 0;
    }

    /** Starts one; where as many run as may, it waits for so long until one ends, and returns false when none does. */
    boolean tryStart(Duration limit, String name, Runnable task) throws InterruptedIOException {
        try {
            if (!room.tryAcquire() && !await(room::tryAcquire, Moments.in(roomChanged.time(), limit))) {
                return false;
            }
        } catch (InterruptedException e) {
            throw new InterruptedIOException("interrupted while " + most + " parallel hooks were running");
        }
        launch(name, task);
        return true;
    }

    private boolean await(BooleanSupplier condition, long moment) throws InterruptedException {
        waiters.incrementAndGet(); // first: a hook that ends after this signals
        try {
            return roomChanged.waitFor(condition, moment);
        } finally {
            waiters.decrementAndGet();
        }
    }

    private void launch(String name, Runnable task) {
        var bound = Server.bound(task);
        var thread = Thread.ofVirtual().name(name).unstarted(() -> {
            try {
                bound.run();
            } finally {
                threads.remove(Thread.currentThread());
                room.release();
                if (waiters.get() > 0) {
                    roomChanged.signal();
                }
            }
        });
        threads.add(thread);
        thread.start();
    }

    /** Waits for all; an interrupt of the waiting thread is passed on to them, and then they have a second. */
    void join() throws InterruptedIOException {
        try {
            await(this::noneRuns, Moments.NEVER);
        } catch (InterruptedException e) {
            interrupt();
            throw new InterruptedIOException("interrupted while hooks run beside");
        }
    }

    /** Interrupts all, and waits a second for them. */
    void interrupt() {
        threads.forEach(Thread::interrupt);
        try {
            await(this::noneRuns, Moments.in(roomChanged.time(), LAST_CALL));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean noneRuns() {
        return room.availablePermits() == most;
    }
}
