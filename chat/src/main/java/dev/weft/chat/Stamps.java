package dev.weft.chat;

import java.text.Normalizer;
import java.util.regex.Pattern;

import dev.weft.net.support.SafeText;

/**
 * What clients say, made such that it can't be mistaken for what the server says: a time stamp in front of an address, as the server writes it, gets
 * round brackets. Without line ends between broadcasts, and where a terminal wraps a long line, its place alone would not tell a forged stamp from
 * the server's.
 *
 * <p>What only looks like one counts as one: it is looked for in the text's {@link #skeleton}, where each character is replaced by the one of a stamp
 * that it resembles, and those that are hardly seen are left out (the idea is that of Unicode Technical Standard 39, section 4).
 */
final class Stamps {
    private static final Pattern STAMP = Pattern.compile("\\[ {0,4}0{4} ?- ?00? ?- ?00?[ T]{1,4}00? ?: ?00? ?: ?00?(?:[.,]0{1,9})? {0,4}\\]"
            + "(?= *(?:[^ ]{1,64}? ?: ?0|[^ ]{1,64}?:[^ ]))");
    private static final String DASHES = "\u02d7\u2043\u2212\u2796\u30fc\uff70";
    private static final String COLONS = "\u02d0\u02d1\u0589\u05c3\u0703\u0704\u1803\u1809\u205a\u2236\ua789\ufe55";
    /** Letters that look like a 0 or a 1, as far as they are common. */
    private static final String DIGITS = "OoIl|\u039f\u03bf\u041e\u043e\u0406\u0456\u04c0";
    private static final String OPENING = "\u23a1\u23a2\u23a3\u2045";
    private static final String CLOSING = "\u23a4\u23a5\u23a6\u2046";
    /** A character that leaves no trace in the skeleton. */
    private static final char NONE = 0;
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
        return mayHaveStamps(text) ? disarmed(text) : text;
    }

    /** Nearly all texts are read no further than this. */
    private static boolean mayHaveStamps(String text) {
        for (int i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c == '[' || c > 0x7f) {
                return true;
            }
        }
        return false;
    }

    private static String disarmed(String text) {
        var skeleton = new StringBuilder(text.length());
        var places = new int[text.length()];
        for (int i = 0, c; i < text.length(); i += Character.charCount(c)) {
            c = text.codePointAt(i);
            if (c == '^' && i + 1 < text.length() && text.charAt(i + 1) >= '?' && text.charAt(i + 1) <= '_') {
                i++; // a control character, made visible
                continue;
            }
            var bone = skeleton(c);
            if (bone != NONE) {
                places[skeleton.length()] = i;
                skeleton.append(bone);
            }
        }
        var stamps = STAMP.matcher(skeleton);
        var out = new StringBuilder(text.length());
        var copied = 0;
        while (stamps.find()) {
            copied = copyUntil(places[stamps.start()], '(', text, copied, out);
            copied = copyUntil(places[stamps.end() - 1], ')', text, copied, out);
        }
        return copied == 0 ? text : out.append(text, copied, text.length()).toString();
    }

    /** Copies what is in front of a bracket, and another in its place; returns what is behind it. */
    private static int copyUntil(int bracket, char instead, String text, int copied, StringBuilder out) {
        out.append(text, copied, bracket).append(instead);
        return bracket + Character.charCount(text.codePointAt(bracket));
    }

    /** The character of a stamp that this one resembles, or one that is in none. */
    private static char skeleton(int c) {
        if (c < 0x80) {
            return ascii((char) c);
        }
        if (c == 0xfffd) {
            return NONE; // something stood here that is not to be seen
        }
        if (DASHES.indexOf(c) >= 0) {
            return '-';
        }
        if (COLONS.indexOf(c) >= 0) {
            return ':';
        }
        if (DIGITS.indexOf(c) >= 0) {
            return '0';
        }
        if (OPENING.indexOf(c) >= 0) {
            return '[';
        }
        if (CLOSING.indexOf(c) >= 0) {
            return ']';
        }
        var plain = Normalizer.normalize(Character.toString(c), Normalizer.Form.NFKC);
        return plain.length() == 1 && plain.charAt(0) < 0x80 ? ascii(plain.charAt(0)) : byKind(c);
    }

    private static char ascii(char c) {
        if ((c >= '0' && c <= '9') || DIGITS.indexOf(c) >= 0) {
            return '0';
        }
        return c == '\t' || c == '\n' ? ' ' : c;
    }

    private static char byKind(int c) {
        return switch (Character.getType(c)) {
            case Character.DECIMAL_DIGIT_NUMBER -> '0';
            case Character.DASH_PUNCTUATION -> '-';
            case Character.START_PUNCTUATION -> '[';
            case Character.END_PUNCTUATION -> ']';
            case Character.SPACE_SEPARATOR -> ' ';
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> NONE;
            default -> c == 0x2800 ? ' ' : 'x'; // an empty pattern of Braille
        };
    }
}
