package dev.weft.linux.poll;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;

import dev.weft.linux.sys.Layouts;
import dev.weft.linux.sys.Libc;
import dev.weft.linux.sys.ShortLock;
import dev.weft.net.TimeSource;
import dev.weft.net.support.SafeLog;
import org.jspecify.annotations.Nullable;

/**
 * The one thread of this transport that blocks in epoll_wait(2).
 *
 * <p>It waits for everything at once: for the loops' epoll instances and rings, which can be polled like any descriptor, and for listeners and
 * datagram sockets, whose owners are platform threads and must go on when every carrier is busy. While loops run it looks every 10 ms
 * whether each has had its turn, and does the work of one that has not.
 */
public final class Waiter {
    private static final SafeLog LOG = SafeLog.of("dev.weft.linux");
    /** The number of carriers of virtual threads: there are as many pollers, and as many rings. */
    public static final int CARRIERS = Integer.getInteger("jdk.virtualThreadScheduler.parallelism", Runtime.getRuntime().availableProcessors());
    private static final int LISTENER_EVENTS = Libc.EPOLLIN | Libc.EPOLLET;
    private static final int PACKET_EVENTS = Libc.EPOLLIN | Libc.EPOLLOUT | Libc.EPOLLET;
    /** When a loop has not run for this long, the waiter does its work. */
    private static final int TAKE_OVER_MILLIS = 10;
    private static final int MOST_EVENTS = 64;
    /** An event's data for a loop is its index; no channel's generation has such a value. */
    private static final long LOOP = 1L << 31;

    /** Always the machine's clock: it measures whether threads get a processor, which a test that moves the time does not change. */
    static final TimeSource TIME = TimeSource.system();

    private static volatile @Nullable Waiter shared;

    private final WatchTable table = new WatchTable();
    private final int epoll;
    private final List<Poller> pollers = new ArrayList<>();
    private volatile EventLoop[] loops = {};
    private final ShortLock registering = new ShortLock();
    private final MemorySegment registration = Arena.global().allocate(Layouts.EPOLL_EVENT);

    private Waiter() throws IOException {
        epoll = Libc.epoll();
        try {
            for (int i = 0; i < CARRIERS; i++) {
                pollers.add(new Poller(i + 1, table, this));
                register(pollers.get(i));
            }
        } catch (IOException e) {
            pollers.forEach(Poller::close);
            Libc.close(epoll);
            throw e;
        }
        pollers.forEach(EventLoop::start);
        Thread.ofPlatform().daemon().name("weft-epoll-waiter").start(this::run);
    }

    /** Started when the first channel is made; an attempt that finds no descriptors leaves the next one to try again. */
    public static Waiter open() throws IOException {
        var known = shared;
        if (known != null) {
            return known;
        }
        synchronized (Waiter.class) {
            if (shared == null) {
                shared = new Waiter();
            }
            return shared;
        }
    }

    /** The waiter that the first channel has opened. */
    public static Waiter shared() {
        return Objects.requireNonNull(shared, "no channel has been opened");
    }

    /** Adds a loop, and starts it: from now on the waiter wakes it, and does its work when it gets no carrier. */
    public void add(EventLoop loop) throws IOException {
        register(loop);
        loop.start();
    }

    private synchronized void register(EventLoop loop) throws IOException {
        loop.index(loops.length);
        control(Libc.EPOLL_CTL_ADD, loop.descriptor(), 0, LOOP | loop.index());
        var more = Arrays.copyOf(loops, loops.length + 1);
        more[loops.length] = loop;
        loops = more;
    }

    /** Begins to watch a connection. */
    public void watchStream(int fd, Watched stream) throws IOException {
        poller(fd).watch(fd, stream);
    }

    /** The poller that watches a descriptor. The kernel gives out numbers in order, so all pollers have about as many. */
    public Poller poller(int fd) {
        return pollers.get(fd % pollers.size());
    }

    /** Ends the watch of a connection whose descriptor stays open: somebody else may hold it too, and their events are not for us. */
    public void unwatchStream(int fd, Watched stream) throws IOException {
        table.remove(fd, stream);
        poller(fd).unwatch(fd);
    }

    /** Begins to watch a listening socket. */
    public void watchListener(int fd, Watched listener) throws IOException {
        watch(fd, listener, LISTENER_EVENTS);
    }

    /** Begins to watch a datagram socket. */
    public void watchPackets(int fd, Watched packets) throws IOException {
        watch(fd, packets, PACKET_EVENTS);
    }

    private void watch(int fd, Watched watched, int events) throws IOException {
        var data = table.enter(fd, watched);
        try {
            control(Libc.EPOLL_CTL_ADD, fd, events, data);
        } catch (IOException e) {
            table.remove(fd, watched);
            throw e;
        }
    }

    /** To be called before a watched descriptor is closed. The close itself ends the watch in the kernel. */
    public void forget(int fd, Watched watched) {
        table.remove(fd, watched);
    }

    /** Ends the watch of a listener or a datagram socket before its descriptor is closed: another process may hold the socket too. */
    void unwatch(int fd) {
        try {
            control(Libc.EPOLL_CTL_DEL, fd, 0, 0);
        } catch (IOException e) {
            report(e);
        }
    }

    /**
     * Called on a virtual thread that has had its carrier for long, because its socket always had something to do: lets all other threads run.
     * It first makes the threads of ready channels runnable, which puts them into this carrier's queue; a yield alone would find that queue
     * empty. Threads that platform threads have started or woken are in other queues. The scheduler takes from one queue until it is empty.
     * A yield returns through one of these queues and a sleep through another, so using both leaves no queue waiting.
     */
    public void giveWay(EventLoop own, boolean rest) {
        for (var loop : loops) {
            if (loop == own || loop.running()) {
                loop.standIn();
            }
        }
        if (rest) {
            LockSupport.parkNanos(1);
        } else {
            Thread.yield();
        }
    }

    /** Called when a loop has found nothing: the waiter wakes it at the next event, even one that came after it looked. */
    void arm(EventLoop loop) throws IOException {
        control(Libc.EPOLL_CTL_MOD, loop.descriptor(), Libc.EPOLLIN | Libc.EPOLLONESHOT, LOOP | loop.index());
    }

    private void control(int operation, int fd, int events, long data) throws IOException {
        registering.lock();
        try {
            registration.set(JAVA_INT_UNALIGNED, 0, events);
            registration.set(JAVA_LONG_UNALIGNED, Layouts.eventData(0), data);
            Libc.epollControl(epoll, operation, fd, registration);
        } finally {
            registering.unlock();
        }
    }

    private void run() {
        var events = Arena.global().allocate(Layouts.EVENT_SIZE * MOST_EVENTS, 8);
        var theirs = EventLoop.roomToStandIn();
        var errno = Libc.errnoRoom(Arena.global());
        var turns = new long[0];
        var looked = TIME.nanoTime();
        while (true) {
            try {
                var idle = !anyRuns();
                var n = Libc.epollWait(epoll, events, MOST_EVENTS, idle ? -1 : TAKE_OVER_MILLIS, errno);
                for (int i = 0; i < n; i++) {
                    dispatch(events.get(JAVA_LONG_UNALIGNED, Layouts.eventData(i)), events.get(JAVA_INT_UNALIGNED, i * Layouts.EVENT_SIZE));
                }
                var now = TIME.nanoTime();
                if (idle) {
                    looked = now; // those woken just now have their time yet
                } else if (now - looked >= TAKE_OVER_MILLIS * 1_000_000L) {
                    looked = now;
                    var all = loops;
                    if (turns.length < all.length) {
                        turns = Arrays.copyOf(turns, all.length);
                    }
                    for (int i = 0; i < all.length; i++) {
                        var loop = all[i];
                        if (loop.running() && loop.turns() == turns[i]) {
                            loop.dispatch(theirs, errno);
                        }
                        turns[i] = loop.turns();
                    }
                }
            } catch (Throwable t) {
                report(t);
            }
        }
    }

    private boolean anyRuns() {
        for (var loop : loops) {
            if (loop.running()) {
                return true;
            }
        }
        return false;
    }

    private void dispatch(long data, int events) {
        if ((data & ~0xffffL) == LOOP) {
            wake(loops[(int) data & 0xffff]);
        } else {
            table.dispatch(data, events);
        }
    }

    /** The kernel reports each event once. So when one cannot be handled, for want of memory, the others must be handled all the same. */
    private void wake(EventLoop loop) {
        try {
            loop.wake();
        } catch (Throwable t) {
            report(t);
        }
    }

    /** If this thread ended, every connection would hang: it logs the failure and goes on. */
    public static void report(Throwable failure) {
        try {
            LOG.log(System.Logger.Level.ERROR, () -> "polling failed", failure);
        } catch (Throwable t) {
            // No memory even for that: the next turn may have some.
        }
    }
}
