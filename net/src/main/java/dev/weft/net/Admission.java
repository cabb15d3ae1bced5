package dev.weft.net;

import java.util.Optional;

/**
 * How many connections are served at once, and what happens to the next. Immutable.
 *
 * <p>A connection counts from its accept until its handler has ended. The default of a server is {@code waiting(10_000)}.
 *
 * @param limit how many connections may be open at once, at least 1
 * @param past what happens to the connection that comes when so many are open
 * @param perPeer how many of them may come from one host, an IPv6 host being its /64 network; more are closed at once;
 *        {@link Integer#MAX_VALUE} for no such limit. Unix and memory peers have no host and are not counted
 * @param farewell what a peer that is refused is told, in UTF-8, before it is closed; nothing when empty
 */
public record Admission(int limit, Past past, int perPeer, String farewell) {
    /** What happens past the limit. */
    public enum Past {
        /** The next stays in the kernel's queue (the backlog) until a connection ends. */
        WAIT,
        /** The next is closed at once. */
        REJECT,
        /** The next takes the place of the connection on which nothing was read or written for longest. */
        EVICT_IDLEST
    }

    /** Checks the numbers. */
    public Admission {
        if (limit < 1 || perPeer < 1) {
            throw new IllegalArgumentException("a limit of %d connections: at least 1 is needed".formatted(Math.min(limit, perPeer)));
        }
    }

    /** The next waits in the backlog. */
    public static Admission waiting(int connections) {
        return new Admission(connections, Past.WAIT, Integer.MAX_VALUE, "");
    }

    /** The next is closed at once. */
    public static Admission rejecting(int connections) {
        return new Admission(connections, Past.REJECT, Integer.MAX_VALUE, "");
    }

    /** The next replaces the one idle longest. Not with {@link Concurrency#processes}, whose bytes the server does not see. */
    public static Admission evictingIdlest(int connections) {
        return new Admission(connections, Past.EVICT_IDLEST, Integer.MAX_VALUE, "");
    }

    /** The same; sends this text to a rejected or evicted peer first, without waiting. A rejected TLS connection gets no text. */
    public Admission goodbye(String text) {
        return new Admission(limit, past, perPeer, text);
    }

    /** The same, and at most so many from one host; the rest are closed. */
    public Admission perPeer(int connections) {
        return new Admission(limit, past, connections, farewell);
    }

    Optional<byte[]> farewellBytes() {
        return farewell.isEmpty() ? Optional.empty() : Optional.of(farewell.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
}
