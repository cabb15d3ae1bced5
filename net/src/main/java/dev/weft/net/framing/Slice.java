package dev.weft.net.framing;

/**
 * What a decoder makes of a range of bytes. The array belongs to somebody else: it must not be kept or changed.
 *
 * @param <T> the type of what is decoded
 */
@FunctionalInterface
public interface Slice<T> {
    /** A copy of the bytes. Not by Arrays.copyOfRange: the JIT fills what that makes with zeros first, 8 % of what reading 512 bytes takes. */
    Slice<byte[]> COPY = (bytes, offset, length) -> {
        var copy = new byte[length];
        System.arraycopy(bytes, offset, copy, 0, length);
        return copy;
    };

    /** Decodes the bytes from {@code offset} on. */
    T of(byte[] bytes, int offset, int length);
}
