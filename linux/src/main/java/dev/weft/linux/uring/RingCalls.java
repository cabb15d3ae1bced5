package dev.weft.linux.uring;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import dev.weft.linux.sys.Libc;
import dev.weft.linux.sys.SystemException;

/**
 * io_uring's system calls, for which the C library has no names, and the memory that is shared with the kernel. Their numbers are the same on
 * x86-64 and arm64: asm-generic/unistd.h. None of them waits, so none has a set of
 * signals, whose size is left to chance.
 */
final class RingCalls {
    private static final long SETUP = 425;
    private static final long ENTER = 426;
    private static final long REGISTER = 427;
    private static final long REGISTER_PBUF_RING = 22;
    private static final long ENTER_GETEVENTS = 1;
    private static final int READ_WRITE = 3; // PROT_READ, PROT_WRITE
    private static final int SHARED = 0x1; // MAP_SHARED
    private static final int PRIVATE_ANONYMOUS = 0x22; // MAP_PRIVATE, MAP_ANONYMOUS

    private static final MemorySegment SYSCALL = Libc.function("syscall");
    private static final MemorySegment MMAP = Libc.function("mmap");
    private static final MemorySegment MUNMAP = Libc.function("munmap");

    private RingCalls() {}

    /** io_uring_setup(2): a descriptor, close-on-exec. */
    static int setup(int entries, MemorySegment params) throws IOException {
        return Libc.checked(SYSCALL, SETUP, entries, params.address(), 0, 0);
    }

    /** io_uring_enter(2) that submits: how many were taken, or negative errno. */
    static int submit(int ring, int count, MemorySegment errno) {
        return Libc.number(SYSCALL, errno, ENTER, ring, count, 0, 0, 0);
    }

    /** io_uring_enter(2) that lets the kernel post completions for this thread, and those that did not fit before. */
    static int post(int ring, MemorySegment errno) {
        return Libc.number(SYSCALL, errno, ENTER, ring, 0, 0, ENTER_GETEVENTS, 0);
    }

    /** io_uring_register(2) of a ring of buffers that the kernel picks from. */
    static void registerBuffers(int ring, MemorySegment registration) throws IOException {
        Libc.checked(SYSCALL, REGISTER, ring, REGISTER_PBUF_RING, registration.address(), 1);
    }

    /** The part of a ring that begins at this offset. */
    static MemorySegment shared(int ring, long offset, long size) throws IOException {
        return map(size, SHARED, ring, offset);
    }

    /** Memory of zeroes, whose pages are allocated when they are first touched. */
    static MemorySegment pages(long size) throws IOException {
        return map(size, PRIVATE_ANONYMOUS, -1, 0);
    }

    private static MemorySegment map(long size, int flags, int fd, long offset) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var errno = Libc.errnoRoom(arena);
            var address = Libc.call(MMAP, errno, 0, size, READ_WRITE, flags, fd, offset);
            if (address == -1) {
                throw new SystemException(Libc.errno(errno));
            }
            return MemorySegment.ofAddress(address).reinterpret(size);
        }
    }

    /** munmap(2), which never refuses what {@link #map} returned. */
    static void unmap(MemorySegment memory) {
        try (var arena = Arena.ofConfined()) {
            Libc.call(MUNMAP, Libc.errnoRoom(arena), memory.address(), memory.byteSize(), 0, 0, 0, 0);
        }
    }
}
