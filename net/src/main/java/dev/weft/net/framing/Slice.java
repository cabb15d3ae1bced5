package dev.weft.net.framing;

import java.util.Arrays;

/**
 * What a decoder makes of a range of bytes. The array belongs to somebody else: it must not be kept or changed.
 *
 * @param <T> the type of what is decoded
 */
@FunctionalInterface
public interface Slice<T> {
    /** A copy of the bytes. */
    Slice<byte[]> COPY = (bytes, offset, length) -> Arrays.copyOfRange(bytes, offset, offset + length);

    /** Decodes the bytes from {@code offset} on. */
    T of(byte[] bytes, int offset, int length);
}
