package dev.weft.cli;

import java.math.BigDecimal;
import java.time.Duration;

/** Durations as people write them: {@code 500ms}, {@code 30s}, {@code 1.5m}, {@code 2h}, and {@code 30} for seconds. */
final class Durations {
    private Durations() {}

    /**
     * Reads one, longer than zero.
     *
     * @throws IllegalArgumentException when it is none
     */
    static Duration parse(String text) {
        var unit = text.length();
        while (unit > 0 && Character.isLetter(text.charAt(unit - 1))) {
            unit--;
        }
        var number = text.substring(0, unit);
        var millis = switch (text.substring(unit)) {
            case "ms" -> 1;
            case "", "s" -> 1_000;
            case "m" -> 60_000;
            case "h" -> 3_600_000;
            default -> 0;
        };
        try {
            // Deadlines are counted in nanoseconds, of which 292 years fit a long.
            var nanos = isNumber(number) ? new BigDecimal(number).multiply(BigDecimal.valueOf(millis)).movePointRight(6) : BigDecimal.ZERO;
            var whole = nanos.toBigInteger().longValueExact();
            if (whole > 0) {
                return Duration.ofNanos(whole);
            }
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException(wrong(text), e);
        }
        throw new IllegalArgumentException(wrong(text));
    }

    /** As {@link #parse}, and zero, as {@code 0} or {@code 0s}. */
    static Duration parseOrZero(String text) {
        return text.matches("0(ms|s|m|h)?") ? Duration.ZERO : parse(text);
    }

    /** Digits, and perhaps a point: no exponent, no sign, no digits of other scripts. */
    private static boolean isNumber(String text) {
        return text.length() <= 32 && text.chars().allMatch(c -> (c >= '0' && c <= '9') || c == '.');
    }

    private static String wrong(String text) {
        return "not a duration: '" + text + "' (500ms, 30s, 5m, 2h; a number alone is seconds)";
    }
}
