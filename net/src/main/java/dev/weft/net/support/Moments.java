package dev.weft.net.support;

import java.time.Duration;

import dev.weft.net.TimeSource;

/**
 * Moments on a {@link TimeSource}: readings of {@link TimeSource#nanoTime}, which are compared by their difference. {@link #NEVER} is later than
 * all others.
 */
public final class Moments {
    /** The moment that never comes: no deadline. */
    public static final long NEVER = Long.MAX_VALUE;
    /** The difference of two moments must fit into a long: 146 years. */
    private static final Duration FARTHEST = Duration.ofNanos(Long.MAX_VALUE / 2);

    private Moments() {}

    /** The moment at which a time limit that begins now has passed; NEVER for a limit of zero, which means no limit. */
    public static long limit(TimeSource time, Duration limit) {
        return limit.isZero() ? NEVER : in(time, limit);
    }

    /** The moment so far ahead, zero included; NEVER when that is farther than the clock can tell. */
    public static long in(TimeSource time, Duration duration) {
        return after(time.nanoTime(), duration);
    }

    /** The moment so long after another; NEVER when that is farther than the clock can tell. */
    public static long after(long moment, Duration duration) {
        return duration.compareTo(FARTHEST) >= 0 ? NEVER : moment + duration.toNanos();
    }

    /** The earlier of two moments. */
    public static long earlier(long a, long b) {
        return a == NEVER ? b : b == NEVER || a - b < 0 ? a : b;
    }

    /** Whether a moment has come. */
    public static boolean passed(TimeSource time, long moment) {
        return moment != NEVER && time.nanoTime() - moment >= 0;
    }

    /** How long it is until a moment that is not NEVER; zero when it has come. */
    public static Duration until(TimeSource time, long moment) {
        return Duration.ofNanos(Math.max(0, moment - time.nanoTime()));
    }

    /** A duration in nanoseconds, for APIs that take a number: zero when it is negative, 146 years when it is longer. */
    public static long nanos(Duration duration) {
        return duration.isNegative() ? 0 : duration.compareTo(FARTHEST) >= 0 ? FARTHEST.toNanos() : duration.toNanos();
    }

    /** How long ago a moment was. */
    public static Duration since(TimeSource time, long moment) {
        return Duration.ofNanos(time.nanoTime() - moment);
    }

    /**
     * The limit, if it may be one.
     *
     * @param name of the parameter, for the message
     * @throws IllegalArgumentException when it is negative
     */
    public static Duration checkLimit(String name, Duration limit) {
        if (limit.isNegative()) {
            throw new IllegalArgumentException("%s: a time limit must not be negative, as %s is; zero means no limit".formatted(name, limit));
        }
        return limit;
    }

    /** A duration for a message: {@code 30 s}, {@code 1500 ms}. */
    public static String words(Duration d) {
        return d.toMillis() % 1000 == 0 ? d.toSeconds() + " s" : d.toMillis() + " ms";
    }
}
