package dev.weft.chat;

import java.util.regex.Pattern;

import dev.weft.net.support.SafeText;

/**
 * What clients say, made such that it can't be mistaken for what the server says: a time stamp in front of an address, as the server writes it, gets
 * round brackets. Without line ends between broadcasts, and where a terminal wraps a long line, its place alone would not tell a forged stamp from
 * the server's.
 */
final class Stamps {
    private static final Pattern STAMP = Pattern.compile("\\[(\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d)\\](?=\\s*\\S{1,64}:\\d)");
    /** In front of the lines of a text but the first: the server's own lines never begin so. */
    private static final String CONTINUED = "\n    ";

    private Stamps() {}

    /** A text that stays one line. */
    static String line(String text) {
        return withoutStamps(SafeText.oneLine(text));
    }

    /** A text that may have several lines: all but the first are indented; a line end at its end stays as it is. */
    static String paste(String text) {
        var end = text.endsWith("\r\n") ? "\r\n" : text.endsWith("\n") ? "\n" : "";
        var body = text.substring(0, text.length() - end.length()).replace("\r\n", "\n");
        return withoutStamps(SafeText.shown(body).replace("\n", CONTINUED)) + end;
    }

    private static String withoutStamps(String text) {
        return text.indexOf('[') < 0 ? text : STAMP.matcher(text).replaceAll("($1)");
    }
}
