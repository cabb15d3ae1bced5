package dev.weft.net.framing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Finds a byte, looking at eight at a time: the JIT does not vectorize a loop that may end early. */
public final class Scan {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGHS = 0x8080_8080_8080_8080L;

    private Scan() {}

    /** The first index of the value, at or after {@code from} and before {@code to}; -1 if there is none. */
    public static int indexOf(byte[] bytes, int from, int to, byte value) {
        var pattern = ONES * (value & 0xff);
        var i = from;
        for (; i <= to - Long.BYTES; i += Long.BYTES) {
            var differs = (long) LONG.get(bytes, i) ^ pattern;
            // The highest bit of each byte that is 0; the lowest such bit is exact, those above it may be there because of a borrow.
            var zeros = (differs - ONES) & ~differs & HIGHS;
            if (zeros != 0) {
                return i + Long.numberOfTrailingZeros(zeros) / Byte.SIZE;
            }
        }
        for (; i < to; i++) {
            if (bytes[i] == value) {
                return i;
            }
        }
        return -1;
    }
}
