package dev.weft.net.framing;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;

/**
 * Where a codec reads a message from: bytes that have arrived can be looked at before they are taken.
 *
 * <p>Bytes are numbered from the first one that has not been taken. All bytes taken count against the limit of the message.
 */
public interface FrameSource {
    /** How many bytes have arrived and are not taken. */
    int available();

    /** One of the available bytes. */
    byte peek(int index);

    /** The index of the first available byte of this value, at or after {@code from}; -1 if there is none. */
    int indexOf(byte value, int from);

    /** Decodes the first {@code length} available bytes where they lie, without taking them. */
    <T> T view(int length, Slice<T> slice);

    /**
     * Takes the first {@code length} available bytes.
     *
     * @throws ProtocolException when the message is then longer than its limit
     */
    void take(int length) throws ProtocolException;

    /** Waits for at least one more byte; false at the end of the stream. */
    boolean fill() throws IOException;

    /**
     * Waits for more bytes; a source that gets them one by one may wait for more than one, but not past the first of this value, nor for more
     * than are enough.
     *
     * @param enough how many available bytes the message needs at most
     * @return false at the end of the stream
     */
    default boolean fillUntil(byte value, long enough) throws IOException {
        return fill();
    }

    /**
     * Takes one byte, and waits for it.
     *
     * @throws EOFException at the end of the stream
     */
    int readUnsignedByte() throws IOException;

    /** Takes so many bytes, and waits for them; fewer only at the end of the stream. The memory needed grows with what arrives. */
    byte[] readNBytes(int length) throws IOException;

    /** Takes what has arrived, but no more than {@code most} bytes, and waits for the first one; empty at the end of the stream. */
    byte[] receive(int most) throws IOException;

    /** The smaller of a codec's own limit and what the limit of the message leaves. */
    int most(int limit);

    /** Whether bytes that a message does not take are there for the next one; if not, a message has to take all available bytes. */
    boolean keepsRest();

    /** Takes a body whose length was announced, and checked. */
    default byte[] readBody(int length) throws IOException {
        var body = readNBytes(length);
        if (body.length < length) {
            throw new EOFException("the stream ended after " + body.length + " of " + length + " bytes");
        }
        return body;
    }
}
