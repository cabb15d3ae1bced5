package dev.weft.net.spi;

import java.io.IOException;

/**
 * Decodes messages in place from an array.
 *
 * @param <T> the type of a message
 */
public interface ArrayDecoder<T> {
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
}
