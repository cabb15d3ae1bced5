package dev.weft.net.spi;

import java.io.IOException;

/**
 * Decodes messages in place from an array, and encodes them directly into one: the part of an {@link ArrayFraming} that works on arrays.
 *
 * @param <T> the type of a message
 */
public interface ArrayCodec<T> {
    /**
     * The length in bytes of the message that begins at the offset.
     *
     * @param available how many bytes there are, at least 1
     * @return 0 when these bytes are too few to tell, or malformed: {@link ArrayFraming#read} then reports what is wrong
     */
    int length(byte[] bytes, int offset, int available);

    /**
     * Decodes the message that these bytes are. They count as consumed, also when this throws. The message must copy what it keeps.
     *
     * @throws java.net.ProtocolException when they are no message
     */
    T decode(byte[] bytes, int offset, int length) throws IOException;

    /**
     * The length in bytes of a message once it is encoded.
     *
     * @throws IllegalArgumentException when it can't be written
     */
    int length(T message);

    /** Encodes a message into exactly the bytes that {@link #length(Object)} returned. */
    void encode(T message, byte[] into, int offset);
}
