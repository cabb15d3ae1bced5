package dev.weft.cli;

import java.time.Duration;

/** Durations as people write them: {@code 500ms}, {@code 30s}, {@code 5m}, {@code 2h}. */
final class Durations {
    private Durations() {}

    /**
     * Reads one, longer than zero.
     *
     * @throws IllegalArgumentException when it is none
     */
    static Duration parse(String text) {
        var digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        try {
            var n = Long.parseLong(text.substring(0, digits));
            var duration = switch (text.substring(digits)) {
                case "ms" -> Duration.ofMillis(n);
                case "s" -> Duration.ofSeconds(n);
                case "m" -> Duration.ofMinutes(n);
                case "h" -> Duration.ofHours(n);
                default -> Duration.ZERO;
            };
            // Deadlines are counted in nanoseconds, of which 292 years fit a long.
            if (duration.isPositive() && duration.toNanos() > 0) {
                return duration;
            }
        } catch (NumberFormatException | ArithmeticException e) {
            throw new IllegalArgumentException(wrong(text), e);
        }
        throw new IllegalArgumentException(wrong(text));
    }

    private static String wrong(String text) {
        return "not a duration: '" + text + "' (500ms, 30s, 5m, 2h)";
    }
}
