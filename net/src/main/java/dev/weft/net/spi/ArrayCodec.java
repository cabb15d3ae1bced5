package dev.weft.net.spi;

import java.io.IOException;

/**
 * Decodes messages from where they lie in an array, and encodes them where they leave from; the part of an {@link ArrayFraming} that works on
 * arrays.
 *
 * @param <T> the type of a message
 */
public interface ArrayCodec<T> {
    /**
     * How many bytes the message takes that begins at the offset.
     *
     * @param available how many bytes there are, at least 1
     * @return 0 when these bytes don't tell, or when something is wrong with them: {@link ArrayFraming#read} then says what
     */
    int length(byte[] bytes, int offset, int available);

    /**
     * The message that lies whole in these bytes, all of which it has then consumed, also when this throws. It must copy what it keeps.
     *
     * @throws java.net.ProtocolException when they are no message
     */
    T decode(byte[] bytes, int offset, int length) throws IOException;

    /**
     * How many bytes a message will take.
     *
     * @throws IllegalArgumentException when it can't be written
     */
    int length(T message);

    /** Writes a message into as many bytes as {@link #length(Object)} said. */
    void encode(T message, byte[] into, int offset);
}
