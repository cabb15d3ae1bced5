package dev.weft.linux.poll;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

import dev.weft.linux.sys.Layouts;
import dev.weft.linux.sys.Libc;

/**
 * A queue of kernel events, and the virtual thread that empties it.
 *
 * <p>The thread asks for events without waiting, makes the threads that wait for them runnable, and yields: those run on the same carrier, and
 * then this thread runs again. It parks only when there are no events; then the {@link Waiter}, a platform thread, wakes it at the next one.
 * Virtual threads are not time-sliced, so handlers that compute on every carrier keep the loop from running. In that case the waiter empties
 * the queue in its place.
 */
public abstract class EventLoop {
    /**
     * How long the loop stays in its carrier's own queue. Each turn fills that queue again, and the scheduler looks at the queues of threads that
     * platform threads started or woke only when it is empty. So from time to time the loop leaves it, and returns through the waiter's queue and
     * the timer's queue in turn, so that the threads in both get to run.
     */
    private static final long LONGEST_RUN_NANOS = 10_000_000;
    /** Events a turn. Few enough that the connections' data is still in the processor's cache when their threads run. */
    private static final int EVENTS_A_TURN = 64;
    /** Events that the waiter, or another thread, takes at once in its place. */
    private static final int EVENTS_STOOD_IN_FOR = 1024;

    private final Waiter waiter;
    private final Thread thread;
    /** Its index among the waiter's loops. */
    private int index;
    /** Counts turns. When it does not change, the thread does not run. */
    private volatile long turns;
    /** Whether it has been woken since it last found nothing. */
    private volatile boolean running;
    /** The buffer of {@link #standIn}; used by one thread at a time. */
    private final MemorySegment spareEvents = roomToStandIn();
    private final MemorySegment spareErrno = Libc.errnoRoom(Arena.global());
    private final AtomicBoolean spareLent = new AtomicBoolean();

    @SuppressWarnings("this-escape") // the thread is started later
    protected EventLoop(String name, Waiter waiter) {
        this.waiter = waiter;
        thread = Thread.ofVirtual().name(name).unstarted(this::run);
    }

    /** A descriptor that is readable while there are events. */
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

    /** Wakes the thread, as there are events. */
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

    /** Looks once in its place, on a carrier: the threads that become runnable are put into that carrier's own queue. */
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

    /** The buffer for {@link #dispatch} when it is called in a loop's place. */
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
