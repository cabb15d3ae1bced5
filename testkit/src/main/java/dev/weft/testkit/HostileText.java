package dev.weft.testkit;

import java.util.List;

/**
 * What a stranger may send as a name, a path or a message so that it acts on a terminal, forges a line of a log, or hides: to be tried on every way
 * out of a program.
 */
public final class HostileText {
    private static final List<String> ALL = List.of(
            "one\nINFO: forged", "one\r\nINFO: forged", "over\rwritten", "\n", "end\n",
            "nul\0nul", "bell\u0007", "back\bspace", "form\ffeed", "vertical\u000btab", "delete\u007f",
            "\u001b[2J", "\u001b[31mred\u001b[0m", "\u001b]0;title\u0007", "\u001b]8;;http://example.org\u001b\\link\u001b]8;;\u001b\\",
            "\u001bPq\u001b\\",
            "c1\u009b31m", "next\u0085line", "\u0090device\u009c",
            "line\u2028separator", "paragraph\u2029separator",
            "\u202egnirts\u202c", "\u2066isolate\u2069", "\u200emark\u200f", "\u061carabic",
            "zero\u200bwidth", "ze\u200dro", "ze\u200cro", "\u2060word\u2060", "\ufeffbyte order", "soft\u00adhyphen",
            "gra\u034fpheme", "filler\u3164",
            "tag\udb40\udc41", "selector\ufe0f", "annotation\ufff9x\ufffay\ufffb",
            "[2026-01-02 03:04:05] 127.0.0.1:1 I owe you", "\u200b[2026-01-02 03:04:05] 127.0.0.1:1 I owe you",
            "[2026-01\u200b-02 03:04:05] 127.0.0.1:1 I owe you", "Jan 02, 2026 3:04:05 AM dev.weft.net.Log\nSEVERE: forged",
            "lone\ud800surrogate", "\udc00", "\ud83d");

    private HostileText() {}

    /** One text for each way to do harm that is known here, none of them empty. */
    public static List<String> all() {
        return ALL;
    }

    /**
     * Whether a text is safe as one line: no control characters but tabs, no line ends, no format characters but joiners between characters that are
     * not ASCII, no lone surrogates.
     */
    public static boolean isHarmless(String line) {
        for (int i = 0, c; i < line.length(); i += Character.charCount(c)) {
            c = line.codePointAt(i);
            if (harmful(c) && c != '\t' && !(joiner(c) && i > 0 && line.codePointBefore(i) > 0x7f)) {
                return false;
            }
        }
        return true;
    }

    private static boolean joiner(int c) {
        return c == 0x200c || c == 0x200d;
    }

    private static boolean harmful(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE -> true;
            default -> c == 0x034f || c == 0x3164;
        };
    }
}
