package dev.weft.net.spi;

import java.io.IOException;

import dev.weft.net.Address;

/**
 * One end of a byte stream.
 *
 * <p>{@code read}, {@code write} and {@code flush} never block; {@code awaitReadable} and {@code awaitWritable} do. At most one thread
 * reads and one writes at any time, possibly both at once; {@code wake}, {@code abort} and {@code close} come from anywhere.
 */
public interface StreamChannel extends Waitable {
    /**
     * Takes what has arrived.
     *
     * @return how many bytes, at least 1; 0 when none are there now; -1 at the end of the stream
     * @throws IOException when the connection is broken or was closed here
     */
    int read(byte[] into, int offset, int length) throws IOException;

    /**
     * Hands over bytes to be sent.
     *
     * @return how many were taken; 0 when none can be taken now
     * @throws IOException when the connection is broken or was closed here
     */
    int write(byte[] from, int offset, int length) throws IOException;

    /**
     * Pushes out what the channel itself still holds of earlier writes (a TLS record, say).
     *
     * @return true when nothing is left
     */
    default boolean flush() throws IOException {
        return true;
    }

    /**
     * Lets the next write, and a wait for one, ask the system though no event has told of room: events come late where buffers are large.
     * Any thread may call it. For channels that ask at every write there is nothing to do.
     */
    default void retryWrite() {}

    /**
     * How many bytes of earlier writes the peer has not acknowledged, or a Unix peer not read, roughly; -1 where that can't be told. While nothing
     * is written it gets less when, and only when, the peer takes something.
     */
    default long unacknowledged() {
        return -1;
    }

    /**
     * Waits until a read may do something: bytes, the end, an error, a close; or until {@link #wake}. May return for no reason.
     *
     * @throws java.io.InterruptedIOException when the thread is interrupted, whose interrupt is then cleared; the channel stays open
     */
    void awaitReadable() throws IOException;

    /** As {@link #awaitReadable}, for a write, a flush, or a connect. */
    void awaitWritable() throws IOException;

    /**
     * Whether the connection stands; always true on an accepted one.
     *
     * @throws java.net.ConnectException when the peer refused, and other IOExceptions for other reasons
     */
    boolean finishConnect() throws IOException;

    /** Ends the outgoing half after all that was written; the peer reads to its end. */
    void shutdownOutput() throws IOException;

    /**
     * Closes this end and never blocks. What was written before stays readable for the peer, and then the end of the stream, also where what
     * the peer has sent was not read: the outgoing half ends, and what has arrived is taken, up to a bound, before the descriptor is freed.
     */
    @Override
    void close();

    /** Drops the connection and what was not sent: the peer sees a reset where the transport can show one. */
    void abort();

    /** Whether the server drains in whose name this channel was handed to this process; a wake tells when that begins. */
    default boolean draining() {
        return false;
    }

    /** This end. */
    Address local();

    /** The other end. */
    Address remote();
}
