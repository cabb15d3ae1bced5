package dev.weft.net.framing;

import java.nio.charset.StandardCharsets;

/**
 * UTF-8 whose malformed bytes are replaced alike wherever the stream was cut: each longest beginning of a character, and each byte that begins none,
 * becomes one U+FFFD (Unicode 16, 3.9, "Substitution of Maximal Subparts"; so do Python and browsers). The JDK's decoders look at how much follows.
 */
public final class Utf8 {
    private static final char REPLACEMENT = '\ufffd';

    private Utf8() {}

    /** Decodes all of these bytes. */
    public static String decode(byte[] bytes, int offset, int length) {
        var text = new String(bytes, offset, length, StandardCharsets.UTF_8);
        return text.indexOf(REPLACEMENT) < 0 ? text : replaced(bytes, offset, offset + length);
    }

    private static String replaced(byte[] bytes, int offset, int end) {
        var text = new StringBuilder(end - offset);
        var whole = offset;
        for (int i = offset; i < end;) {
            var n = character(bytes, i, end);
            if (n <= 0) {
                text.append(new String(bytes, whole, i - whole, StandardCharsets.UTF_8)).append(REPLACEMENT);
                whole = n == 0 ? end : i - n;
            }
            i = n > 0 ? i + n : whole;
        }
        return text.append(new String(bytes, whole, end - whole, StandardCharsets.UTF_8)).toString();
    }

    /** How many bytes at the end are the beginning of a character whose rest may still come. */
    static int torn(byte[] bytes, int offset, int length) {
        var end = offset + length;
        for (int i = end - 1; i >= offset && i >= end - 3; i--) {
            if ((bytes[i] & 0xc0) != 0x80) {
                return character(bytes, i, end) == 0 ? end - i : 0;
            }
        }
        return 0;
    }

    /** The length of the character that begins at this index; 0 if its last byte is missing; minus the number of bytes that are no character. */
    private static int character(byte[] bytes, int at, int end) {
        var first = bytes[at] & 0xff;
        if (first < 0x80) {
            return 1;
        }
        if (first < 0xc2 || first > 0xf4) {
            return -1;
        }
        // The second byte's range, which excludes overlong forms, surrogates and what is beyond U+10FFFF (Unicode 16, table 3-7).
        var low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
        var high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
        var more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
        for (int k = 1; k <= more; k++) {
            if (at + k == end) {
                return 0;
            }
            var next = bytes[at + k] & 0xff;
            if (next < low || next > high) {
                return -k;
            }
            low = 0x80;
            high = 0xbf;
        }
        return more + 1;
    }
}
