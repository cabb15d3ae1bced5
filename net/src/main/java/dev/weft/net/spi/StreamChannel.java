package dev.weft.net.spi;

import java.io.IOException;

import dev.weft.net.Address;

/**
 * One end of a byte stream.
 *
 * <p>{@code read}, {@code write} and {@code flush} never block; {@code awaitReadable} and {@code awaitWritable} do. At most one thread
 * reads and one writes at any time, possibly both at once; any thread may call {@code wake}, {@code abort} and {@code close}.
 */
public interface StreamChannel extends Waitable {
    /**
     * Reads bytes that have arrived.
     *
     * @return how many bytes, at least 1; 0 when none are there now; -1 at the end of the stream
     * @throws IOException when the connection is broken or was closed here
     */
    int read(byte[] into, int offset, int length) throws IOException;

    /**
     * Writes bytes.
     *
     * @return how many were taken; 0 when none can be taken now
     * @throws IOException when the connection is broken or was closed here
     */
    int write(byte[] from, int offset, int length) throws IOException;

    /**
     * Sends what the channel itself still holds of earlier writes, such as a TLS record.
     *
     * @return true when nothing is left
     */
    default boolean flush() throws IOException {
        return true;
    }

    /**
     * Makes the next write, or a wait for one, ask the system even when no event has reported room: with large buffers such events come late.
     * Any thread may call it. Channels that ask the system at every write do nothing.
     */
    default void retryWrite() {}

    /**
     * About how many bytes of earlier writes the peer has not acknowledged, or a Unix peer has not read; -1 when that is unknown. While nothing is
     * written, it becomes less only when the peer takes something.
     */
    default long unacknowledged() {
        return -1;
    }

    /**
     * Waits until a read may return something (bytes, the end, an error, a close), or until {@link #wake}. May return without a reason.
     *
     * @throws java.io.InterruptedIOException when the thread is interrupted; its interrupt is then cleared, and the channel stays open
     */
    void awaitReadable() throws IOException;

    /** As {@link #awaitReadable}, for a write, a flush, or a connect. */
    void awaitWritable() throws IOException;

    /**
     * Whether the connection is established; always true for an accepted one.
     *
     * @throws java.net.ConnectException when the peer refused, and other IOExceptions for other reasons
     */
    boolean finishConnect() throws IOException;

    /** Ends the output after all that was written: the peer reads it, and then the end of the stream. */
    void shutdownOutput() throws IOException;

    /**
     * Closes this end; never blocks. The peer can still read all that was written before, and then the end of the stream, even when not all of its
     * own data was read: the output ends first, and what has arrived is read and dropped, up to a bound, before the descriptor is freed.
     */
    @Override
    void close();

    /** Closes the connection and discards what was not sent. The peer sees a reset, where the transport has one. */
    void abort();

    /** Whether the server that handed this channel to this process is draining. The channel is woken when the drain begins. */
    default boolean draining() {
        return false;
    }

    /**
     * Attaches a task, for good: calls {@link ConnectionTask#event} where threads that wait would be woken, and for a close and a wake also when none
     * waits. Threads may wait as before. To be called once, before the first read.
     *
     * @return false when this channel only knows threads that wait; the task is then never called
     */
    default boolean attach(ConnectionTask task) throws IOException {
        return false;
    }

    /** Runs the task that is attached, on this thread or soon on another; within {@link ConnectionTask#event}, and also outside. */
    default void execute(ConnectionTask task) {
        throw new UnsupportedOperationException("no task can be attached to this channel");
    }

    /** The local address. */
    Address local();

    /** The address of the peer. */
    Address remote();
}
