package dev.weft.net.support;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Text of strangers, made safe to show: nothing in it acts on a terminal, ends a line of a log, or is there without being seen.
 *
 * <ul>
 * <li>C0 controls and DEL become caret notation ({@code ^[} for ESC), which every charset can say; a tab stays.
 * <li>C1 controls, line and paragraph separators, format characters (zero-width ones, bidirectional controls: "Trojan Source",
 * CVE-2021-42574), other characters that are not drawn, and surrogates without their partner become U+FFFD, which charsets without it write as
 * {@code ?}. Joiners and variation selectors stay where scripts and emoji need them: beside characters that are not ASCII.
 * </ul>
 *
 * <p>For any thread.
 */
public final class SafeText {
    private static final char REPLACEMENT = '\uFFFD';

    private SafeText() {}

    /** To be shown as a part of one line. */
    public static String oneLine(String text) {
        return visible(text, false);
    }

    /** To be shown as lines: line feeds stay, CR LF becomes one. */
    public static String shown(String text) {
        return visible(text.replace("\r\n", "\n"), true);
    }

    /**
     * A failure whose texts can be logged: itself when they are harmless; otherwise a stand-in that prints as it does, with the same stack, causes
     * and suppressed failures, and with texts made safe.
     */
    public static Throwable failure(Throwable failure) {
        return harmless(failure, newSet()) ? failure : Shown.of(failure, newSet());
    }

    private static Set<Throwable> newSet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    private static boolean harmless(@Nullable Throwable failure, Set<Throwable> seen) {
        if (failure == null || !seen.add(failure)) {
            return true;
        }
        var text = failure.toString();
        if (!oneLine(text).equals(text) || !harmless(failure.getCause(), seen)) {
            return false;
        }
        for (var suppressed : failure.getSuppressed()) {
            if (!harmless(suppressed, seen)) {
                return false;
            }
        }
        return true;
    }

    /** Stands for a failure in a log, and so prints that one's class and not its own. */
    @SuppressWarnings("OverrideThrowableToString")
    private static final class Shown extends Throwable {
        private static final long serialVersionUID = 1;

        private final String text;

        private Shown(String text, @Nullable Throwable cause) {
            super(text, cause);
            this.text = text;
        }

        static Throwable of(Throwable failure, Set<Throwable> seen) {
            seen.add(failure);
            var cause = failure.getCause();
            var shown = new Shown(oneLine(failure.toString()), cause == null || seen.contains(cause) ? null : of(cause, seen));
            shown.setStackTrace(failure.getStackTrace());
            for (var suppressed : failure.getSuppressed()) {
                if (!seen.contains(suppressed)) {
                    shown.addSuppressed(of(suppressed, seen));
                }
            }
            return shown;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private static String visible(String text, boolean lines) {
        var clean = 0;
        while (clean < text.length() && plain(text.charAt(clean), lines)) {
            clean++;
        }
        if (clean == text.length()) {
            return text;
        }
        var out = new StringBuilder(text.length() + 16).append(text, 0, clean);
        for (int i = clean, c; i < text.length(); i += Character.charCount(c)) {
            c = text.codePointAt(i);
            if (plain(c, lines) || !harmful(c) || (joins(c) && between(text, i, c))) {
                out.appendCodePoint(c);
            } else if (c < ' ' || c == 0x7f) {
                out.append('^').append((char) (c ^ 0x40));
            } else {
                out.append(REPLACEMENT);
            }
        }
        return out.toString();
    }

    private static boolean plain(int c, boolean lines) {
        return (c >= ' ' && c < 0x7f) || c == '\t' || (lines && c == '\n');
    }

    private static boolean harmful(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE -> true;
            default -> undrawn(c);
        };
    }

    /** Unicode's Default_Ignorable_Code_Point, as far as it is not in a category above (DerivedCoreProperties.txt). */
    private static boolean undrawn(int c) {
        return c == 0x034f || (c >= 0x115f && c <= 0x1160) || (c >= 0x17b4 && c <= 0x17b5) || (c >= 0x180b && c <= 0x180f) || c == 0x2065
                || c == 0x3164 || (c >= 0xfe00 && c <= 0xfe0f) || c == 0xffa0 || (c >= 0xfff0 && c <= 0xfff8) || (c >= 0xe0000 && c <= 0xe0fff);
    }

    /** Zero-width joiner and non-joiner, and the selectors of text and emoji style. */
    private static boolean joins(int c) {
        return c == 0x200c || c == 0x200d || c == 0xfe0e || c == 0xfe0f;
    }

    /** Whether it stands where scripts and emoji have it: after one that is not ASCII, and a joiner before one as well. */
    private static boolean between(String text, int at, int c) {
        var next = at + Character.charCount(c);
        if (at == 0 || !drawn(text.codePointBefore(at), c != 0xfe0f)) {
            return false;
        }
        return c == 0xfe0e || c == 0xfe0f || (next < text.length() && drawn(text.codePointAt(next), false));
    }

    private static boolean drawn(int c, boolean orSelector) {
        return c > 0x7f && (!harmful(c) || (orSelector && c == 0xfe0f));
    }
}
