package dev.weft.cli;

/**
 * Texts of strangers, made safe for a terminal as the chat does it (docs/chat.md): C0 controls and DEL in caret notation, as {@code ^[} for
 * ESC; C1 controls, separators of lines and paragraphs, and what turns the direction of a text ("Trojan Source", CVE-2021-42574) as U+FFFD.
 */
final class VisibleText {
    private VisibleText() {}

    /** As one line, but for tabs. */
    static String line(String text) {
        return visible(text, false);
    }

    /** With the line ends that it has. */
    static String lines(String text) {
        return visible(text.replace("\r\n", "\n"), true);
    }

    private static String visible(String text, boolean lines) {
        var out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c == '\t' || (c == '\n' && lines)) {
                out.append(c);
            } else if (c < ' ' || c == 0x7f) {
                out.append('^').append((char) (c ^ 0x40));
            } else {
                out.append(isHarmful(c) ? '\uFFFD' : c);
            }
        }
        return out.toString();
    }

    private static boolean isHarmful(char c) {
        return Character.isISOControl(c) || c == 0x2028 || c == 0x2029 || c == 0x061c || c == 0x200e || c == 0x200f
                || (c >= 0x202a && c <= 0x202e)
                || (c >= 0x2066 && c <= 0x2069);
    }
}
