package dev.weft.linux.sys;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A counter of the kernel that can be watched like a socket (eventfd(2)), to wake a thread that waits for other descriptors. */
public final class EventCounter {
    private static final int FLAGS = 0x800 | 0x80000; // EFD_NONBLOCK, EFD_CLOEXEC: bits/eventfd.h
    private static final int SIZE = 8;
    private static final MemorySegment EVENTFD = Libc.function("eventfd");
    private static final MemorySegment WRITE = Libc.function("write");

    private final int descriptor;
    private final MemorySegment one = Arena.global().allocate(JAVA_LONG);

    /** Not to be closed: for what lives as long as the process. */
    public EventCounter() throws IOException {
        descriptor = Libc.checked(EVENTFD, 0, FLAGS, 0, 0, 0);
        one.set(JAVA_LONG, 0, 1);
    }

    public int descriptor() {
        return descriptor;
    }

    /** Counts one more: an event for an epoll instance that watches it edge-triggered. Any thread. */
    public void add() {
        Libc.call(WRITE, Libc.UNREAD, descriptor, one.address(), SIZE, 0, 0, 0);
    }
}
