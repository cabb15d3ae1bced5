package dev.weft.rpc;

import java.time.Duration;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/** How a call is made: a value, whose methods give another one. Immutable. */
public final class CallOptions {
    private static final CallOptions DEFAULTS = new CallOptions(null, null, false, null, 0, null);

    private final @Nullable Duration deadline;
    private final @Nullable Metadata headers;
    private final boolean waitForReady;
    private final @Nullable String compression;
    private final int maxMessageSize;
    private final @Nullable Reply reply;

    private CallOptions(@Nullable Duration deadline, @Nullable Metadata headers, boolean waitForReady, @Nullable String compression,
            int maxMessageSize, @Nullable Reply reply) {
        this.deadline = deadline;
        this.headers = headers;
        this.waitForReady = waitForReady;
        this.compression = compression;
        this.maxMessageSize = maxMessageSize;
        this.reply = reply;
    }

    /** No deadline of its own, no headers, no compression; a server that can't be reached is a failure at once. */
    public static CallOptions defaults() {
        return DEFAULTS;
    }

    /** With the defaults otherwise, {@link #deadline}. */
    public static CallOptions within(Duration time) {
        return DEFAULTS.deadline(time);
    }

    /**
     * The call is over so long after it was begun, whatever the server does: DEADLINE_EXCEEDED; at once when it is zero or less (SPEC RPC-8). The
     * server is told. Default: none but, within a service's method, that of the call which it serves.
     */
    public CallOptions deadline(Duration time) {
        return new CallOptions(time, headers, waitForReady, compression, maxMessageSize, reply);
    }

    /** Sends one more header. */
    public CallOptions header(String name, String value) {
        return new CallOptions(deadline, copied().add(name, value), waitForReady, compression, maxMessageSize, reply);
    }

    /** Sends one more header, of bytes; its name ends in {@code -bin}. */
    public CallOptions header(String name, byte[] value) {
        return new CallOptions(deadline, copied().add(name, value), waitForReady, compression, maxMessageSize, reply);
    }

    /** Waits for a server that can't be reached yet, until the deadline (SPEC RPC-13). Default: UNAVAILABLE at once. */
    public CallOptions waitForReady() {
        return new CallOptions(deadline, headers, true, compression, maxMessageSize, reply);
    }

    /** Compresses the requests: {@code gzip}. Default: not. */
    public CallOptions compression(String name) {
        return new CallOptions(deadline, headers, waitForReady, name, maxMessageSize, reply);
    }

    /** The longest response that is taken, in bytes; default the client's. */
    public CallOptions maxMessageSize(int bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException(bytes + " bytes a message");
        }
        return new CallOptions(deadline, headers, waitForReady, compression, bytes, reply);
    }

    /** Puts what comes along with the responses there, for each call that is made with it; the last one is what it shows. */
    public CallOptions reply(Reply reply) {
        return new CallOptions(deadline, headers, waitForReady, compression, maxMessageSize, reply);
    }

    private Metadata copied() {
        return headers == null ? new Metadata() : headers.copy();
    }

    /** How long the call may take. */
    public Optional<Duration> deadline() {
        return Optional.ofNullable(deadline);
    }

    /** The headers; a copy. */
    public Metadata headers() {
        return copied();
    }

    boolean waitsForReady() {
        return waitForReady;
    }

    @Nullable
    String compression() {
        return compression;
    }

    int maxMessageSize() {
        return maxMessageSize;
    }

    @Nullable
    Reply reply() {
        return reply;
    }
}
