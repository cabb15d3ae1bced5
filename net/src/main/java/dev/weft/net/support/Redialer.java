package dev.weft.net.support;

import java.time.Duration;
import java.util.Optional;

import dev.weft.net.Backoff;
import dev.weft.net.TimeSource;

/**
 * When a client that has lost its connection tries again. The count of tries, and with it the pauses, begins anew only after a connection that
 * was good: one that brought something, or that stood for a minute. A server that accepts and drops is so tried more and more seldom.
 *
 * <p>For one thread: the one that dials.
 */
public final class Redialer {
    /** A connection that brought nothing, and stood for so long, was good. */
    static final Duration LONG = Duration.ofMinutes(1);

    private final Duration settled;
    private final Duration idle;
    private final TimeSource time;
    private long since;
    private int tries;

    /**
     * A rule for one client.
     *
     * @param settled how long a connection that brought something must have stood to be good; zero asks for no such time
     */
    public Redialer(Duration settled, TimeSource time) {
        this(settled, LONG, time);
    }

    /**
     * A rule for one client whose connections may bring nothing for long.
     *
     * @param settled how long a connection that brought something must have stood to be good; zero asks for no such time
     * @param idle how long one that brought nothing must have stood; a minute where nothing else is said
     */
    public Redialer(Duration settled, Duration idle, TimeSource time) {
        this.settled = settled;
        this.idle = idle;
        this.time = time;
    }

    /** A connection stands. */
    public void connected() {
        since = time.nanoTime();
    }

    /**
     * It is lost.
     *
     * @param brought whether something came over it: a message, not the connection's own set-up
     * @return whether it was good, so that the count begins anew
     */
    public boolean lost(boolean brought) {
        var stood = Duration.ofNanos(time.nanoTime() - since);
        var good = brought ? stood.compareTo(settled) >= 0 : stood.compareTo(idle) >= 0;
        if (good) {
            tries = 0;
        }
        return good;
    }

    /** Counts one more try. The pause before it, or empty to give up. */
    public Optional<Duration> pause(Backoff backoff) {
        return backoff.pause(++tries);
    }

    /** How many tries there were since the last good connection. */
    public int tries() {
        return tries;
    }
}
