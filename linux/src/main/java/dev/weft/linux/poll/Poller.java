package dev.weft.linux.poll;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import dev.weft.linux.sys.Layouts;
import dev.weft.linux.sys.Libc;
import dev.weft.linux.sys.ShortLock;

/** The loop of one epoll instance. */
final class Poller extends EventLoop {
    static final int STREAM_EVENTS = Libc.EPOLLIN | Libc.EPOLLPRI | Libc.EPOLLOUT | Libc.EPOLLRDHUP | Libc.EPOLLET;

    private final WatchTable table;
    private final int epoll;
    private final ShortLock registering = new ShortLock();
    private final MemorySegment registration = Arena.global().allocate(Layouts.EPOLL_EVENT);

    Poller(int number, WatchTable table, Waiter waiter) throws IOException {
        super("weft-epoll-" + number, waiter);
        this.table = table;
        epoll = Libc.epoll();
    }

    @Override
    public int descriptor() {
        return epoll;
    }

    /** To be called before it has started. */
    void close() {
        Libc.close(epoll);
    }

    /** Watches a connection for all events: one system call for its whole life. */
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

    /** Ends a watch before the descriptor is closed. */
    void unwatch(int fd) throws IOException {
        registering.lock();
        try {
            Libc.epollControl(epoll, Libc.EPOLL_CTL_DEL, fd, registration);
        } finally {
            registering.unlock();
        }
    }

    @Override
    public int dispatch(MemorySegment events, MemorySegment errno) {
        var n = Libc.epollWait(epoll, events, (int) (events.byteSize() / Layouts.EVENT_SIZE), 0, errno);
        for (int i = 0; i < n; i++) {
            table.dispatch(events.get(JAVA_LONG_UNALIGNED, Layouts.eventData(i)), events.get(JAVA_INT_UNALIGNED, i * Layouts.EVENT_SIZE));
        }
        return n;
    }
}
