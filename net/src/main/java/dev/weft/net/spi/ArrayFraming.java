package dev.weft.net.spi;

import dev.weft.net.Framing;

/**
 * A framing that can also work on arrays: messages that lie whole in a connection's buffer are decoded from where they lie, and messages are
 * encoded where they leave from. For protocols whose messages are small and many; {@link #read} and {@link #write} must do the same, and are
 * used wherever this is of no help.
 *
 * @param <T> the type of a message
 */
public interface ArrayFraming<T> extends Framing<T>, ArrayCodec<T> {}
