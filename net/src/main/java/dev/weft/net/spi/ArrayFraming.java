package dev.weft.net.spi;

import dev.weft.net.Framing;

/**
 * A framing that can also work on arrays: it decodes a message in place when the whole message is in the connection's buffer, and encodes a message
 * directly into the buffer that is sent. For protocols with many small messages. {@link #read} and {@link #write} must have the same results; they
 * are used for all other messages.
 *
 * @param <T> the type of a message
 */
public interface ArrayFraming<T> extends Framing<T>, ArrayCodec<T> {}
