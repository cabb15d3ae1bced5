package dev.weft.net.spi;

import java.io.IOException;

import dev.weft.net.Framing;

/**
 * A framing that can also work on arrays: messages that lie whole in a connection's buffer are decoded from where they lie, and messages are
 * encoded where they leave from. For protocols whose messages are small and many; {@link #read} and {@link #write} must do the same, and are
 * used wherever this is of no help.
 *
 * @param <T> the type of a message
 */
public interface ArrayFraming<T> extends Framing<T> {
    /**
     * How many bytes the message takes that begins at the offset.
     *
     * @param available how many bytes there are, at least 1
     * @return 0 when these bytes don't tell, or when something is wrong with them: {@link #read} then says what
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
