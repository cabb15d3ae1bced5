package dev.weft.net;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** Bytes on their way out: grows as it is written, in a leased buffer as long as that is enough. */
final class EncodeBuffer extends OutputStream {
    private static final byte[] NONE = {};

    /** This buffer as framings write it. */
    private final DataOutputStream data = new Data(this);
    private byte[] array = Buffers.lease();
    private int size;

    /** Without the locks of its parent, which nobody needs here: one thread writes a message. */
    private static final class Data extends DataOutputStream {
        private final EncodeBuffer buffer;

        Data(EncodeBuffer buffer) {
            super(buffer);
            this.buffer = buffer;
        }

        @Override
        @SuppressWarnings("UnsynchronizedOverridesSynchronized")
        public void write(int b) {
            buffer.write(b);
            counted(1);
        }

        @Override
        @SuppressWarnings("UnsynchronizedOverridesSynchronized")
        public void write(byte[] bytes, int offset, int length) {
            buffer.write(bytes, offset, length);
            counted(length);
        }

        /** As its {@link #size} tells: no further than an int goes. */
        private void counted(int n) {
            written = written + n < 0 ? Integer.MAX_VALUE : written + n;
        }
    }

    /** Adds a message. */
    <T> void add(Framing<T> framing, T message) throws IOException {
        var direct = ArrayCodecs.of(framing);
        if (direct != null) {
            var length = direct.length(message);
            ensure(length);
            direct.encode(message, array, size);
            size += length;
        } else {
            framing.write(message, data);
        }
    }

    byte[] array() {
        return array;
    }

    int size() {
        return size;
    }

    /** A copy of what was written. */
    byte[] toBytes() {
        return Arrays.copyOf(array, size);
    }

    /** Forgets what was written after the first {@code length} bytes. */
    void truncate(int length) {
        size = length;
    }

    void clear() {
        size = 0;
    }

    /** Gives the array back; the buffer must not be used again. */
    void release() {
        Buffers.release(array);
        array = NONE;
    }

    @Override
    public void write(int b) {
        ensure(1);
        array[size++] = (byte) b;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        ensure(length);
        System.arraycopy(bytes, offset, array, size, length);
        size += length;
    }

    private void ensure(int more) {
        if (array.length - size < more) {
            var grown = Arrays.copyOf(array, Math.max(array.length * 2, Math.addExact(size, more)));
            Buffers.release(array);
            array = grown;
        }
    }
}
