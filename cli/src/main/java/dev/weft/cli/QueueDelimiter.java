package dev.weft.cli;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** The end of a message as somebody types it: text in UTF-8, and escapes for the bytes that can't be typed. */
final class QueueDelimiter {
    private static final String ESCAPES = "nrt0\\";
    private static final String BYTES = "\n\r\t\0\\";

    private QueueDelimiter() {}

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException when an escape is none, or nothing is left
     */
    static byte[] parse(String text) {
        var bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length();) {
            if (text.charAt(i) == '\\') {
                i = escape(text, i, bytes);
            } else {
                var end = text.offsetByCodePoints(i, 1);
                bytes.writeBytes(text.substring(i, end).getBytes(StandardCharsets.UTF_8));
                i = end;
            }
        }
        if (bytes.size() == 0) {
            throw new IllegalArgumentException("an empty delimiter ends nothing");
        }
        return bytes.toByteArray();
    }

    /** Where it goes on. */
    private static int escape(String text, int from, ByteArrayOutputStream bytes) {
        var letter = from + 1 < text.length() ? text.charAt(from + 1) : ' ';
        var known = ESCAPES.indexOf(letter);
        if (known >= 0) {
            bytes.write(BYTES.charAt(known));
            return from + 2;
        }
        if (letter == 'x' && from + 4 <= text.length() && HexFormat.isHexDigit(text.charAt(from + 2)) && HexFormat.isHexDigit(text.charAt(from
                + 3))) {
            bytes.write(HexFormat.fromHexDigits(text, from + 2, from + 4));
            return from + 4;
        }
        throw new IllegalArgumentException("no such escape in '" + text + "' at character " + (from + 1) + " (\\n, \\r, \\t, \\0, \\\\, \\x1f)");
    }
}
