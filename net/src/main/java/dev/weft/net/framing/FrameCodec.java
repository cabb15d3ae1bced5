package dev.weft.net.framing;

import java.io.DataOutputStream;
import java.io.IOException;

import dev.weft.net.spi.ArrayCodec;
import dev.weft.net.spi.ArrayDecoder;
import org.jspecify.annotations.Nullable;

/**
 * A built-in framing: how it reads and writes one message. Immutable. It counts the bytes of a message by itself.
 *
 * @param <T> the type of a message
 */
public interface FrameCodec<T> {
    /**
     * Reads one message.
     *
     * @throws java.io.EOFException at the end of the stream
     * @throws java.net.ProtocolException when what came is no message
     */
    T read(FrameSource source) throws IOException;

    /**
     * Writes one message.
     *
     * @throws IllegalArgumentException when the message can't be written so that it is read again; nothing is then written
     */
    void write(T message, DataOutputStream out) throws IOException;

    /** This codec as one that decodes from arrays; null if it does not. */
    default @Nullable ArrayDecoder<T> fromArrays() {
        return onArrays();
    }

    /** The most bytes of a message. */
    int limit();

    /** This codec as one that works on arrays; null if it does not. */
    default @Nullable ArrayCodec<T> onArrays() {
        return null;
    }

    /** This codec with another limit. */
    FrameCodec<T> limit(int bytes);
}
