package dev.weft.net.tls;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jspecify.annotations.Nullable;

/** Buffers of one TLS record's size, leased only while a connection has bytes that are not processed. */
final class TlsBuffers {
    /** What the engine asks for in TLS 1.3 and 1.2. */
    private static final int SIZE = 16_709;
    private static final int SLOTS = 32;
    private static final AtomicReferenceArray<@Nullable ByteBuffer> POOL = new AtomicReferenceArray<>(SLOTS);

    private TlsBuffers() {}

    /** Returns an empty buffer of at least this size. */
    static ByteBuffer lease(int size) {
        var pooled = size <= SIZE ? POOL.getAndSet(slot(), null) : null;
        return pooled != null ? pooled.clear() : ByteBuffer.allocate(Math.max(size, SIZE));
    }

    /** Takes a buffer back; one of another size is left to the garbage collector. */
    static void release(ByteBuffer buffer) {
        if (buffer.capacity() == SIZE) {
            POOL.set(slot(), buffer);
        }
    }

    private static int slot() {
        return (int) Thread.currentThread().threadId() & (SLOTS - 1);
    }
}
