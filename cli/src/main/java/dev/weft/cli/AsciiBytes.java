package dev.weft.cli;

import java.util.Arrays;

/** What Python's {@code bytes} methods do: they know ASCII and nothing else (SPEC SS-E1). */
final class AsciiBytes {
    private AsciiBytes() {}

    /** Without the whitespace at both ends (bytes.strip). */
    static byte[] strip(byte[] bytes) {
        var start = 0;
        var end = bytes.length;
        while (start < end && isSpace(bytes[start])) {
            start++;
        }
        while (end > start && isSpace(bytes[end - 1])) {
            end--;
        }
        return Arrays.copyOfRange(bytes, start, end);
    }

    /** With a to z as A to Z, every other byte as it is (bytes.upper). */
    static byte[] upper(byte[] bytes) {
        var upper = bytes.clone();
        for (int i = 0; i < upper.length; i++) {
            if (upper[i] >= 'a' && upper[i] <= 'z') {
                upper[i] = (byte) (upper[i] - 'a' + 'A');
            }
        }
        return upper;
    }

    /** Space, tab, LF, VT, FF, CR. */
    private static boolean isSpace(byte b) {
        return b == ' ' || (b >= '\t' && b <= '\r');
    }
}
