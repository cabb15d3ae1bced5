package dev.weft.message;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Server;

/** What runs beside a connection's reading thread: each on a virtual thread of its own, so many at once and no more. */
final class Beside {
    /** What an interrupted hook gets for its clean-up. */
    private static final Duration LAST_CALL = Duration.ofSeconds(1);

    private final int most;
    private final Semaphore room;
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    Beside(int most) {
        this.most = most;
        room = new Semaphore(most);
    }

    /** Whether what calls this runs beside. */
    boolean isOnThisThread() {
        return threads.contains(Thread.currentThread());
    }

    /** Whether as many run as may. */
    boolean isFull() {
        return room.availablePermits() == 0;
    }

    /** Waits for a moment until fewer run than may; false when as many run still. */
    boolean tryStart(Duration moment, String name, Runnable task) throws InterruptedIOException {
        try {
            if (!room.tryAcquire(moment.toMillis(), TimeUnit.MILLISECONDS)) {
                return false;
            }
        } catch (InterruptedException e) {
            throw new InterruptedIOException("interrupted while " + most + " hooks run beside");
        }
        launch(name, task);
        return true;
    }

    private void launch(String name, Runnable task) {
        var bound = Server.bound(task);
        var thread = Thread.ofVirtual().name(name).unstarted(() -> {
            try {
                bound.run();
            } finally {
                threads.remove(Thread.currentThread());
                room.release();
            }
        });
        threads.add(thread);
        thread.start();
    }

    /** Waits for all; an interrupt of the waiting thread is passed on to them, and then they have a second. */
    void join() throws InterruptedIOException {
        try {
            room.acquire(most);
            room.release(most);
        } catch (InterruptedException e) {
            interrupt();
            throw new InterruptedIOException("interrupted while hooks run beside");
        }
    }

    /** Interrupts all, and waits a second for them. */
    void interrupt() {
        threads.forEach(Thread::interrupt);
        try {
            if (room.tryAcquire(most, LAST_CALL.toMillis(), TimeUnit.MILLISECONDS)) {
                room.release(most);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
