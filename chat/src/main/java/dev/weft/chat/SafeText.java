package dev.weft.chat;

import java.util.regex.Pattern;

/**
 * Texts of strangers, made safe to show: no control character reaches a terminal, and nothing in them looks like what the server writes.
 *
 * <ul>
 * <li>C0 controls and DEL become caret notation ({@code ^[} for ESC), which every charset can say; a tab stays.
 * <li>C1 controls, the line and paragraph separators U+2028 and U+2029, and the bidirectional controls ("Trojan Source", CVE-2021-42574)
 * become U+FFFD, which charsets without it write as {@code ?}.
 * <li>A time stamp in front of an address, as the server writes it, gets round brackets: without line ends between broadcasts, and where a
 * terminal wraps a long line, its place alone would not tell a forged stamp from the server's.
 * </ul>
 */
public final class SafeText {
    private static final Pattern STAMP = Pattern.compile("\\[(\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d)\\](?=\\s*\\S{1,64}:\\d)");
    /** In front of the lines of a text but the first: the server's own lines never begin so. */
    private static final String CONTINUED = "\n    ";

    private SafeText() {}

    /** A text that stays one line. */
    static String line(String text) {
        return withoutStamps(visible(text, false));
    }

    /** A text that may have several lines: all but the first are indented; a line end at its end stays as it is. */
    static String paste(String text) {
        var end = text.endsWith("\r\n") ? "\r\n" : text.endsWith("\n") ? "\n" : "";
        var body = text.substring(0, text.length() - end.length()).replace("\r\n", "\n");
        return withoutStamps(visible(body, true).replace("\n", CONTINUED)) + end;
    }

    /** To be shown on a terminal as it is: it may have lines, and stamps. */
    public static String shown(String text) {
        return visible(text.replace("\r\n", "\n"), true);
    }

    /** To be shown as a part of one line. */
    public static String oneLine(String text) {
        return visible(text, false);
    }

    /** What a server sent, as one line of a log. */
    static String logged(String text) {
        return oneLine(text.stripTrailing());
    }

    private static String withoutStamps(String text) {
        return text.indexOf('[') < 0 ? text : STAMP.matcher(text).replaceAll("($1)");
    }

    private static String visible(String text, boolean lines) {
        if (text.chars().noneMatch(c -> harmful(c, lines))) {
            return text;
        }
        var out = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (!harmful(c, lines)) {
                out.append(c);
            } else if (c < ' ' || c == 0x7f) {
                out.append('^').append((char) (c ^ 0x40));
            } else {
                out.append('\uFFFD');
            }
        }
        return out.toString();
    }

    private static boolean harmful(int c, boolean lines) {
        return switch (c) {
            case '\t' -> false;
            case '\n' -> !lines;
            case 0x2028, 0x2029, 0x061c, 0x200e, 0x200f -> true;
            default -> Character.isISOControl(c) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
        };
    }
}
