package dev.weft.queue;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** Frames that leave in one write. It keeps its room from write to write, but not that of a large message. For one thread. */
final class FrameBuffer {
    /** From so many bytes on it should be written. */
    static final int FULL = 64 * 1024;
    private static final int BEGINNING = 1024;

    private final FrameFraming framing;
    private byte[] bytes = new byte[BEGINNING];
    private int size;

    FrameBuffer(FrameFraming framing) {
        this.framing = framing;
    }

    boolean isEmpty() {
        return size == 0;
    }

    boolean isFull() {
        return size >= FULL;
    }

    void add(Frame frame) {
        var length = framing.length(frame);
        if (bytes.length - size < length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, Math.addExact(size, length)));
        }
        framing.encode(frame, bytes, size);
        size += length;
    }

    void writeTo(OutputStream out) throws IOException {
        out.write(bytes, 0, size);
        size = 0;
        if (bytes.length > 2 * FULL) {
            bytes = new byte[BEGINNING];
        }
    }
}
