package dev.weft.net.spi;

/**
 * Decodes messages in place from an array, and encodes them directly into one: the part of an {@link ArrayFraming} that works on arrays.
 *
 * @param <T> the type of a message
 */
public interface ArrayCodec<T> extends ArrayDecoder<T> {
    /**
     * The length in bytes of a message once it is encoded.
     *
     * @throws IllegalArgumentException when it can't be written
     */
    int length(T message);

    /** Encodes a message into exactly the bytes that {@link #length(Object)} returned. */
    void encode(T message, byte[] into, int offset);
}
