package dev.weft.net.wire;

import java.io.DataOutputStream;
import java.io.OutputStream;
import java.util.Arrays;

/** Bytes on their way out: grows as it is written, in a leased buffer as long as that is enough. */
public final class EncodeBuffer extends OutputStream {
    private static final byte[] NONE = {};

    /** This buffer as framings write it. */
    private final DataOutputStream data = new Data(this);
    private byte[] array = Buffers.lease();
    private int size;

    /** An empty buffer; {@link #release} gives its array back. */
    public EncodeBuffer() {}

    /** Without the locks of its parent, which are not needed: one thread writes a message. */
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

    /** This buffer, for what writes to a data stream. */
    public DataOutputStream data() {
        return data;
    }

    /** Makes room for so many bytes, which the caller then writes to {@link #array} from {@link #size} on. */
    public byte[] room(int length) {
        ensure(length);
        return array;
    }

    /** So many bytes were written into the room. */
    public void filled(int length) {
        size += length;
    }

    /** The array that holds what was written, from its beginning. */
    public byte[] array() {
        return array;
    }

    /** How many bytes were written. */
    public int size() {
        return size;
    }

    /** A copy of what was written. */
    public byte[] toBytes() {
        return Arrays.copyOf(array, size);
    }

    /** Forgets what was written after the first {@code length} bytes. */
    public void truncate(int length) {
        size = length;
    }

    /** Forgets all that was written. */
    public void clear() {
        size = 0;
    }

    /** Gives the array back; the buffer must not be used again. */
    public void release() {
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
