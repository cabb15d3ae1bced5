package dev.weft.net;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

import dev.weft.net.framing.Utf8;
import org.jspecify.annotations.Nullable;

/** One datagram received, and the way to answer it. For the thread that handles it; {@code reply} and {@code send} are for any thread. */
public final class Datagram {
    /** The socket it came by. */
    @FunctionalInterface
    interface Way {
        void send(byte[] data, Address to) throws IOException;
    }

    private final byte[] data;
    private final Address sender;
    private final boolean truncated;
    private final Way way;
    private final InputStream input;
    private @Nullable ByteArrayOutputStream output;
    private long sentElsewhere;

    Datagram(byte[] data, Address sender, boolean truncated, Way way) {
        this.data = data;
        this.sender = sender;
        this.truncated = truncated;
        this.way = way;
        input = new ByteArrayInputStream(data);
    }

    /** What came, at most the server's {@code maxPacketSize} bytes of it; a copy. */
    public byte[] data() {
        return data.clone();
    }

    /** The data as UTF-8. */
    public String text() {
        return Utf8.decode(data, 0, data.length);
    }

    /** Who sent it (client_address); {@code unix:} for a sender without an address, which can't be answered (SPEC SS-48). */
    public Address sender() {
        return sender;
    }

    /** True when it was longer than the limit, the rest being lost (SPEC SS-24). */
    public boolean truncated() {
        return truncated;
    }

    /**
     * Sends one datagram back. It waits while the receiver's queue is full (Unix sockets), at most
     * for the write deadline of the server or socket it came by, 30 s by default.
     *
     * @throws java.net.SocketTimeoutException when it was not taken in time; it is dropped
     */
    public void reply(byte[] data) throws IOException {
        way.send(data, sender);
    }

    /** Sends a text back, in UTF-8. */
    public void reply(String text) throws IOException {
        reply(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Sends one datagram to anybody, by the socket it came by (sendto), waiting as {@link #reply(byte[])} does; the address 0.0.0.0
     * is this machine. A server whose socket is bound to one interface reaches what that interface reaches.
     *
     * @throws java.net.SocketTimeoutException when it was not taken in time; it is dropped
     */
    public void send(byte[] data, Address to) throws IOException {
        way.send(data, to.isAny() ? Address.of("127.0.0.1", to.port()) : to);
    }

    /** Sends a text to anybody, in UTF-8. */
    public void send(String text, Address to) throws IOException {
        send(text.getBytes(StandardCharsets.UTF_8), to);
    }

    /** The data as a stream (rfile), the same at every call. */
    public InputStream input() {
        return input;
    }

    /** Becomes one reply when the handler ends, also when it threw (wfile, SPEC SS-46, SS-47); nothing is sent if this was never called. */
    public OutputStream output() {
        if (output == null) {
            output = new ByteArrayOutputStream();
        }
        return output;
    }

    /** What was written to the output is not sent after all. */
    void discard() {
        output = null;
    }

    /** The handler has ended. */
    void finish() throws IOException {
        if (output != null) {
            reply(output.toByteArray());
        }
    }

    /** Another process has answered with so many bytes. */
    void sentElsewhere(long bytes) {
        sentElsewhere = bytes;
    }

    long sentElsewhere() {
        return sentElsewhere;
    }

    int size() {
        return data.length;
    }
}
