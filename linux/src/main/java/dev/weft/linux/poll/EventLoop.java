package dev.weft.linux.poll;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

import dev.weft.linux.sys.Layouts;
import dev.weft.linux.sys.Libc;

/**
 * One queue of the kernel's events and the virtual thread that empties it.
 *
 * <p>The thread asks for events without waiting, makes the threads that wait for them runnable, and yields: they run on the same carrier,
 * and its turn comes again after theirs. Only when there is nothing does it park, and the {@link Waiter}, a platform thread, wakes it.
 * Virtual threads are not time-sliced, so handlers that spin on every carrier would keep it from running; then the waiter empties the
 * queue in its place.
 */
public abstract class EventLoop {
    /**
     * So long it keeps to its carrier's own queue. That one is filled anew in each turn, and what platform threads started or woke is looked at
     * only when it is empty: queue by queue, each as long as it has something. So the loop leaves now and then, and comes back by the waiter's
     * queue and the timer's in turn: wherever it came from last, it is not the next there, and others are.
     */
    private static final long LONGEST_RUN_NANOS = 10_000_000;
    /** So many events it takes in a turn: what it touched of their connections is still in the processor's cache when their threads run. */
    private static final int EVENTS_A_TURN = 64;
    /** So many are taken in its place. */
    private static final int EVENTS_STOOD_IN_FOR = 1024;

    private final Waiter waiter;
    private final Thread thread;
    /** Its place among the waiter's loops. */
    private int index;
    /** Moves on with every turn; whoever sees it stand still knows that the thread doesn't run. */
    private volatile long turns;
    /** Whether it has been woken since it last found nothing. */
    private volatile boolean running;
    /** For {@link #standIn}, by one thread at a time. */
    private final MemorySegment spareEvents = roomToStandIn();
    private final MemorySegment spareErrno = Libc.errnoRoom(Arena.global());
    private final AtomicBoolean spareLent = new AtomicBoolean();

    @SuppressWarnings("this-escape") // the thread is started later
    protected EventLoop(String name, Waiter waiter) {
        this.waiter = waiter;
        thread = Thread.ofVirtual().name(name).unstarted(this::run);
    }

    /** A descriptor that is readable when there are events. */
    public abstract int descriptor();

    /** One look at the queue, on any thread; how many events there were. {@code events} is room for an epoll instance's, as many as fit. */
    public abstract int dispatch(MemorySegment events, MemorySegment errno);

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

    /** There are events. */
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

    /** One look in its place, by a thread on a carrier: those that it makes runnable are put into that carrier's own queue. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // that it moves is all that is asked of it
    final void standIn() {
        if (spareLent.compareAndSet(false, true)) {
            try {
                dispatch(spareEvents, spareErrno);
                turns++;
            } finally {
                spareLent.set(false);
            }
        }
    }

    /** For the events of {@link #dispatch} in a loop's place. */
    static MemorySegment roomToStandIn() {
        return room(EVENTS_STOOD_IN_FOR);
    }

    private static MemorySegment room(int events) {
        return Arena.global().allocate(Layouts.EVENT_SIZE * events, 8);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // that it moves is all that is asked of it
    private void run() {
        var events = room(EVENTS_A_TURN);
        var errno = Libc.errnoRoom(Arena.global());
        var since = Waiter.TIME.nanoTime();
        var byTimer = false;
        while (true) {
            try {
                var found = dispatch(events, errno) > 0;
                if (found) {
                    turns++;
                }
                if (found && Waiter.TIME.nanoTime() - since < LONGEST_RUN_NANOS) {
                    Thread.yield();
                    continue;
                }
                byTimer = found && !byTimer;
                if (byTimer) {
                    LockSupport.parkNanos(this, 1);
                } else {
                    running = false;
                    waiter.arm(this);
                    LockSupport.park(this);
                }
                since = Waiter.TIME.nanoTime();
            } catch (Throwable t) {
                Waiter.report(t);
            }
        }
    }
}
