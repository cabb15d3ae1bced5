package dev.weft.net;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/**
 * When to try again: exponential, jittered, bounded. Immutable.
 *
 * <p>The jitter is full ("Exponential Backoff And Jitter", AWS Architecture Blog, 2015): the pause is drawn evenly between nothing and the
 * step, so that a thousand clients that lost one server don't come back as one.
 */
public final class Backoff {
    /** A pause is drawn in nanoseconds, and a long holds so many: no pause is longer. */
    private static final Duration LONGEST_DRAWN = Duration.ofNanos(Long.MAX_VALUE - 1);

    private final Duration first;
    private final Duration most;
    private final int attempts;
    private final boolean jitter;

    private Backoff(Duration first, Duration most, int attempts, boolean jitter) {
        if (first.isNegative() || most.compareTo(first) < 0) {
            throw new IllegalArgumentException("pauses from " + first + " to " + most);
        }
        this.first = first;
        this.most = most;
        this.attempts = attempts;
        this.jitter = jitter;
    }

    /** Steps of {@code first}, twice that, and so on up to {@code most}; each pause is drawn between zero and its step. */
    public static Backoff exponential(Duration first, Duration most) {
        return new Backoff(first, most, Integer.MAX_VALUE, true);
    }

    /** Always the same pause, without jitter. */
    public static Backoff fixed(Duration pause) {
        return new Backoff(pause, pause, Integer.MAX_VALUE, false);
    }

    /** No second try. */
    public static Backoff never() {
        return new Backoff(Duration.ZERO, Duration.ZERO, 0, false);
    }

    /** The same, giving up after so many tries. */
    public Backoff attempts(int most) {
        if (most < 0) {
            throw new IllegalArgumentException("attempts " + most);
        }
        return new Backoff(first, this.most, most, jitter);
    }

    /**
     * The pause before try {@code n}.
     *
     * @param n counts from 1
     * @return empty to give up
     */
    public Optional<Duration> pause(int n) {
        return pause(n, ThreadLocalRandom.current());
    }

    /** As {@link #pause(int)}, drawing from a source of one's own, so that a run can be repeated. */
    public Optional<Duration> pause(int n, RandomGenerator random) {
        if (n < 1) {
            throw new IllegalArgumentException("tries count from 1, not " + n);
        }
        if (n > attempts) {
            return Optional.empty();
        }
        var step = first;
        for (int i = 1; i < n && !step.isZero() && step.compareTo(most) < 0; i++) {
            step = step.compareTo(most.dividedBy(2)) > 0 ? most : step.multipliedBy(2);
        }
        if (!jitter || step.isZero()) {
            return Optional.of(step);
        }
        var drawn = step.compareTo(LONGEST_DRAWN) < 0 ? step : LONGEST_DRAWN;
        return Optional.of(Duration.ofNanos(random.nextLong(drawn.toNanos() + 1)));
    }
}
