package dev.weft.workers;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;

import dev.weft.linux.sys.Libc;

/**
 * A platform thread's wait in poll(2) for one descriptor, which {@link #ring} or an interrupt ends: an eventfd(2) is polled with it.
 *
 * <p>A worker process serves one request at a time on one platform thread, which waits in the kernel itself. So no poller has to be started with the
 * process, and no other thread has to run to wake this one.
 */
final class Doorbell {
    static final int POLLIN = 1;
    static final int POLLOUT = 4;
    private static final int EFD_FLAGS = 0x800 | 0x80000; // EFD_NONBLOCK, EFD_CLOEXEC: sys/eventfd.h
    /** pollfd: poll.h. */
    private static final StructLayout POLLFD = MemoryLayout.structLayout(JAVA_INT.withName("fd"), JAVA_SHORT.withName("events"),
            JAVA_SHORT.withName("happened"));
    private static final long SIZE = POLLFD.byteSize();
    private static final MemorySegment POLL = Libc.function("poll");
    private static final MemorySegment EVENTFD = Libc.function("eventfd");
    private static final MemorySegment READ = Libc.function("eventfd_read");
    private static final MemorySegment WRITE = Libc.function("eventfd_write");

    private final int bell;
    private final Interrupts interrupts = new Interrupts();

    /** Lives as long as the process. */
    Doorbell() throws IOException {
        bell = Libc.checked(EVENTFD, 0, EFD_FLAGS, 0, 0, 0);
    }

    /** Ends the current wait, or else the next one. */
    void ring() {
        try (var arena = Arena.ofConfined()) {
            Libc.number(WRITE, Libc.errnoRoom(arena), bell, 1, 0, 0, 0, 0); // fails only when it has rung 2^64 times
        }
    }

    /**
     * Waits until one of the events may have happened on the descriptor, the descriptor has ended, or the bell rings.
     *
     * @throws InterruptedIOException when interrupted; the interrupt is cleared
     */
    void await(int fd, int events) throws InterruptedIOException {
        try (var arena = Arena.ofConfined()) {
            var both = arena.allocate(2 * SIZE, 4);
            both.set(JAVA_INT, 0, fd);
            both.set(JAVA_SHORT, 4, (short) events);
            both.set(JAVA_INT, SIZE, bell);
            both.set(JAVA_SHORT, SIZE + 4, (short) POLLIN);
            interrupts.from();
            try {
                Libc.number(POLL, Libc.errnoRoom(arena), both.address(), 2, -1, 0, 0, 0); // after an EINTR the caller looks again
            } finally {
                interrupts.until();
            }
            if (both.get(JAVA_SHORT, SIZE + 6) != 0) {
                Libc.number(READ, Libc.errnoRoom(arena), bell, arena.allocate(JAVA_LONG).address(), 0, 0, 0, 0);
            }
        }
        if (Thread.interrupted()) {
            throw new InterruptedIOException("interrupted while waiting for the peer");
        }
    }

    /** Waits until a socket has room or is broken. Nothing else ends this wait. */
    static void awaitRoom(int fd) {
        try (var arena = Arena.ofConfined()) {
            var one = arena.allocate(SIZE, 4);
            one.set(JAVA_INT, 0, fd);
            one.set(JAVA_SHORT, 4, (short) POLLOUT);
            Libc.number(POLL, Libc.errnoRoom(arena), one.address(), 1, -1, 0, 0, 0); // after an EINTR the caller tries again
        }
    }

    /** Hears of an interrupt at once, in the way that the JDK has for selectors. Nothing else of a selector is used. */
    private final class Interrupts extends AbstractSelector {
        Interrupts() {
            super(SelectorProvider.provider());
        }

        void from() {
            begin();
        }

        void until() {
            end();
        }

        @Override
        public Selector wakeup() {
            ring();
            return this;
        }

        @Override
        protected void implCloseSelector() {}

        @Override
        protected SelectionKey register(AbstractSelectableChannel channel, int operations, Object attachment) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Set<SelectionKey> keys() {
            return Set.of();
        }

        @Override
        public Set<SelectionKey> selectedKeys() {
            return Set.of();
        }

        @Override
        public int selectNow() {
            return 0;
        }

        @Override
        public int select(long timeout) {
            return 0;
        }

        @Override
        public int select() {
            return 0;
        }
    }
}
