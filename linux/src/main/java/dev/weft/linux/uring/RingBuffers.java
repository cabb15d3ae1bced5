package dev.weft.linux.uring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

import dev.weft.linux.sys.ShortLock;

/**
 * The buffers that the kernel picks from when something has arrived, so that a connection without data holds none.
 *
 * <p>A buffer belongs to the kernel until a completion names it, then to its receiver until {@link #giveBack}. The receiver may note with it how
 * much it holds, and which buffer comes next.
 */
final class RingBuffers {
    /** The id of the one group of buffers in each ring. */
    static final short GROUP = 0;

    private static final long ADDRESS = RingLayouts.offset(RingLayouts.BUF, "addr");
    private static final long LENGTH = RingLayouts.offset(RingLayouts.BUF, "len");
    private static final long ID = RingLayouts.offset(RingLayouts.BUF, "bid");
    private static final long TAIL = RingLayouts.offset(RingLayouts.BUF, "resv");
    private static final VarHandle SHORT = JAVA_SHORT.varHandle();

    private final MemorySegment ring;
    private final MemorySegment memory;
    private final int count;
    private final int size;
    private final int[] lengths;
    private final int[] next;
    private final ShortLock giving = new ShortLock();
    private int tail;
    private int taken;

    /** Allocates {@code count} buffers, a power of two, of {@code size} bytes. All belong to the kernel once they are registered. */
    RingBuffers(int count, int size) throws IOException {
        this.count = count;
        this.size = size;
        lengths = new int[count];
        next = new int[count];
        ring = RingCalls.pages(count * RingLayouts.BUF.byteSize());
        memory = RingCalls.pages((long) count * size);
        for (int id = 0; id < count; id++) {
            giveBack(id);
        }
    }

    void register(int fd) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var registration = arena.allocate(RingLayouts.BUF_REG);
            registration.set(JAVA_LONG, RingLayouts.offset(RingLayouts.BUF_REG, "ring_addr"), ring.address());
            registration.set(JAVA_INT, RingLayouts.offset(RingLayouts.BUF_REG, "ring_entries"), count);
            registration.set(JAVA_SHORT, RingLayouts.offset(RingLayouts.BUF_REG, "bgid"), GROUP);
            RingCalls.registerBuffers(fd, registration);
        }
    }

    /** Records that the kernel has filled a buffer with this many bytes. For the thread that takes completions, one at a time. */
    void arrived(int id, int length) {
        lengths[id] = length;
        taken++;
    }

    int length(int id) {
        return lengths[id];
    }

    int next(int id) {
        return next[id];
    }

    void next(int id, int following) {
        next[id] = following;
    }

    void copy(int id, int position, byte[] into, int offset, int length) {
        MemorySegment.copy(memory, JAVA_BYTE, (long) id * size + position, into, offset, length);
    }

    /** Gives a buffer back to the kernel, which may fill it again. */
    void giveBack(int id) {
        giving.lock();
        try {
            var entry = (tail & count - 1) * RingLayouts.BUF.byteSize();
            ring.set(JAVA_LONG, entry + ADDRESS, memory.address() + (long) id * size);
            ring.set(JAVA_INT, entry + LENGTH, size);
            ring.set(JAVA_SHORT, entry + ID, (short) id);
            SHORT.setRelease(ring, TAIL, (short) ++tail);
        } finally {
            giving.unlock();
        }
    }

    /** How many buffers belong to receivers; not exact while completions arrive. */
    int out() {
        return count + taken - tail;
    }

    void free() {
        RingCalls.unmap(ring);
        RingCalls.unmap(memory);
    }
}
