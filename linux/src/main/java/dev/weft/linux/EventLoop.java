package dev.weft.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;

/**
 * One queue of the kernel's events and the virtual thread that empties it.
 *
 * <p>The thread asks for events without waiting, makes the threads that wait for them runnable, and yields: they run on the same carrier,
 * and its turn comes again after theirs. Only when there is nothing does it park, and the {@link Waiter}, a platform thread, wakes it.
 * Virtual threads are not time-sliced, so handlers that spin on every carrier would keep it from running; then the waiter empties the
 * queue in its place.
 */
abstract class EventLoop {
    private final Waiter waiter;
    private final Thread thread;
    /** Its place among the waiter's loops. */
    private int index;
    /** Moves on with every turn; whoever sees it stand still knows that the thread doesn't run. */
    private volatile long turns;
    /** Whether the waiter has woken it since it last found nothing. */
    private volatile boolean running;

    EventLoop(String name, Waiter waiter) {
        this.waiter = waiter;
        thread = Thread.ofVirtual().name(name).unstarted(this::run);
    }

    /** A descriptor that is readable when there are events. */
    abstract int descriptor();

    /** One look at the queue, on any thread; how many events there were. {@code events} is room for those of an epoll instance. */
    abstract int dispatch(MemorySegment events, MemorySegment errno);

    final int index() {
        return index;
    }

    /** Once, before it starts. */
    final void index(int index) {
        this.index = index;
    }

    final void start() {
        thread.start();
    }

    /** By the waiter: there are events. */
    final void wake() {
        running = true;
        LockSupport.unpark(thread);
    }

    final boolean running() {
        return running;
    }

    final long turns() {
        return turns;
    }

    static MemorySegment room(Arena arena) {
        return arena.allocate(Layouts.EVENT_SIZE * Poller.MOST_EVENTS, 8);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // only this thread counts; the waiter looks
    private void run() {
        var events = room(Arena.global());
        var errno = Libc.errnoRoom(Arena.global());
        while (true) {
            try {
                if (dispatch(events, errno) > 0) {
                    turns++;
                    Thread.yield();
                } else {
                    running = false;
                    waiter.arm(this);
                    LockSupport.park(this);
                }
            } catch (Throwable t) {
                Waiter.report(t);
            }
        }
    }
}
