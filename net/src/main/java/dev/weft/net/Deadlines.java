package dev.weft.net;

import java.time.Duration;

/**
 * How long each thing may take; past it, {@link java.net.SocketTimeoutException}. {@link Duration#ZERO} switches one off. Immutable.
 *
 * <p>A read that times out leaves the connection usable; inside a message that means that lines, text and delimited messages can be read
 * again from their beginning, while of others a part has been consumed. A write that times out has sent an unknown part and aborts the
 * connection.
 *
 * @param connect until a connection is made, over all the addresses of its name; default 10 s
 * @param handshake until TLS is up; default 10 s
 * @param idle silence between messages, and any wait of a raw read that no message encloses; default none
 * @param read any single wait for the peer's next bytes (socketserver's {@code timeout}, SPEC SS-44); default none
 * @param message from a message's first byte to its last, however slowly the bytes come; default 30 s
 * @param write how long a write may make no progress; a slow reader that keeps reading is not affected. Progress is what the peer acknowledges (on
 *     the portable transport: what the system takes when asked); it is checked eight times within the deadline; default 30 s
 * @param first while the server drains: how long a new connection may take to begin its first message, from when it was accepted, or from the end
 *     of its TLS handshake; half of the drain's own deadline at most; default 1 s. After that, or when it is zero, the connection is closed
 *     without a failure
 */
public record Deadlines(Duration connect, Duration handshake, Duration idle, Duration read, Duration message, Duration write, Duration first) {
    private static final Deadlines DEFAULTS = new Deadlines(Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ZERO, Duration.ZERO,
            Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(1));
    private static final Deadlines NONE = new Deadlines(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO,
            Duration.ZERO);

    /** Refuses negative durations. */
    public Deadlines {
        for (var d : new Duration[] {connect, handshake, idle, read, message, write, first}) {
            if (d.isNegative()) {
                throw new IllegalArgumentException("a deadline of " + d + " is over before it begins; Duration.ZERO switches it off");
            }
        }
    }

    /** connect 10 s, TLS handshake 10 s, no idle and no read limit, message 30 s, write 30 s, the first message in a drain 1 s. */
    public static Deadlines defaults() {
        return DEFAULTS;
    }

    /** None at all. */
    public static Deadlines none() {
        return NONE;
    }

    /** Until a connection stands. */
    public Deadlines connect(Duration d) {
        return new Deadlines(d, handshake, idle, read, message, write, first);
    }

    /** Until TLS is up. */
    public Deadlines handshake(Duration d) {
        return new Deadlines(connect, d, idle, read, message, write, first);
    }

    /** Silence between messages. */
    public Deadlines idle(Duration d) {
        return new Deadlines(connect, handshake, d, read, message, write, first);
    }

    /** Any single wait for the peer's next bytes. */
    public Deadlines read(Duration d) {
        return new Deadlines(connect, handshake, idle, d, message, write, first);
    }

    /** From a message's first byte to its last. */
    public Deadlines message(Duration d) {
        return new Deadlines(connect, handshake, idle, read, d, write, first);
    }

    /** A write that makes no progress. */
    public Deadlines write(Duration d) {
        return new Deadlines(connect, handshake, idle, read, message, d, first);
    }

    /** A new connection's first message where the server drains. */
    public Deadlines first(Duration d) {
        return new Deadlines(connect, handshake, idle, read, message, write, d);
    }
}
