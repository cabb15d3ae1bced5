package dev.weft.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One epoll instance and the virtual thread that empties it.
 *
 * <p>The thread asks for events without waiting, makes the threads that wait for them runnable, and yields: they run on the same carrier,
 * and its turn comes again after theirs. Only when there is nothing does it park, and the {@link Waiter}, a platform thread, wakes it.
 * Virtual threads are not time-sliced, so handlers that spin on every carrier would keep it from running; then the waiter empties the
 * instance in its place.
 */
final class Poller {
    private static final int MOST_EVENTS = 1024;
    private static final int STREAM_EVENTS = Libc.EPOLLIN | Libc.EPOLLPRI | Libc.EPOLLOUT | Libc.EPOLLRDHUP | Libc.EPOLLET;

    private final int index;
    private final WatchTable table;
    private final Waiter waiter;
    private final int epoll;
    private final Thread thread;
    private final ReentrantLock registering = new ReentrantLock();
    private final MemorySegment registration = Arena.global().allocate(Layouts.EPOLL_EVENT);
    /** Moves on with every turn; whoever sees it stand still knows that the thread doesn't run. */
    private volatile long turns;
    /** Whether the waiter has woken it since it last found nothing. */
    private volatile boolean running;

    Poller(int index, WatchTable table, Waiter waiter) throws IOException {
        this.index = index;
        this.table = table;
        this.waiter = waiter;
        epoll = Libc.epoll();
        thread = Thread.ofVirtual().name("weft-epoll-" + (index + 1)).unstarted(this::run);
    }

    /** Its place among the pollers. */
    int index() {
        return index;
    }

    int epoll() {
        return epoll;
    }

    void start() {
        thread.start();
    }

    /** Watches a connection for all it may ever report: one call for its whole life. */
    void watch(int fd, Watched watched) throws IOException {
        var data = table.enter(fd, watched);
        registering.lock();
        try {
            registration.set(JAVA_INT_UNALIGNED, 0, STREAM_EVENTS);
            registration.set(JAVA_LONG_UNALIGNED, Layouts.eventData(0), data);
            Libc.epollControl(epoll, Libc.EPOLL_CTL_ADD, fd, registration);
        } catch (IOException e) {
            table.remove(fd, watched);
            throw e;
        } finally {
            registering.unlock();
        }
    }

    /** By the waiter: there are events. */
    void wake() {
        running = true;
        LockSupport.unpark(thread);
    }

    boolean running() {
        return running;
    }

    long turns() {
        return turns;
    }

    /** One look at the instance, on any thread; how many events there were. */
    int dispatch(MemorySegment events, MemorySegment errno) {
        var n = Libc.epollWait(epoll, events, MOST_EVENTS, 0, errno);
        for (int i = 0; i < n; i++) {
            table.dispatch(events.get(JAVA_LONG_UNALIGNED, Layouts.eventData(i)), events.get(JAVA_INT_UNALIGNED, i * Layouts.EVENT_SIZE));
        }
        return n;
    }

    static MemorySegment room(Arena arena) {
        return arena.allocate(Layouts.EVENT_SIZE * MOST_EVENTS, 8);
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
