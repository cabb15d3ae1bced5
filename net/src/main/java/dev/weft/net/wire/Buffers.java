package dev.weft.net.wire;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Read and gather buffers, leased only while there is data: an idle connection holds none, and one just given back is still in a cache
 * when the next connection asks. 8 KiB beats 64 KiB at a thousand connections for the same reason.
 */
final class Buffers {
    static final int SIZE = 8 * 1024;
    private static final int SLOTS = 64;
    private static final int TRIES = 4;
    private static final AtomicReferenceArray<byte[]> POOL = new AtomicReferenceArray<>(SLOTS);

    private Buffers() {}

    /** A buffer of {@link #SIZE} bytes with anything in it. */
    static byte[] lease() {
        var slot = slot();
        for (int i = 0; i < TRIES; i++) {
            var index = (slot + i) & (SLOTS - 1);
            if (POOL.getPlain(index) != null) {
                var buffer = POOL.getAndSet(index, null);
                if (buffer != null) {
                    return buffer;
                }
            }
        }
        return new byte[SIZE];
    }

    /** Gives one back; those of another size are left to the collector. */
    static void release(byte[] buffer) {
        if (buffer.length != SIZE) {
            return;
        }
        var slot = slot();
        for (int i = 0; i < TRIES; i++) {
            if (POOL.compareAndSet((slot + i) & (SLOTS - 1), null, buffer)) {
                return;
            }
        }
    }

    private static int slot() {
        return (int) Thread.currentThread().threadId() * TRIES;
    }
}
