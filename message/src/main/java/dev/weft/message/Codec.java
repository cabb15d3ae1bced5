package dev.weft.message;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * How a payload of one type lies in a message's data; immutable, for any thread.
 *
 * @param <T> the type of the payload
 * @see JsonCodec
 * @see ProtobufCodec
 */
public interface Codec<T> {
    /**
     * The payload that lies in the data.
     *
     * @throws IOException when it can't be understood
     */
    T decode(byte[] data) throws IOException;

    /**
     * The data of a payload.
     *
     * @throws IllegalArgumentException when it can't be written
     */
    byte[] encode(T value);

    /** Text in UTF-8; what is no UTF-8 becomes U+FFFD. */
    static Codec<String> text() {
        return new Codec<>() {
            @Override
            public String decode(byte[] data) {
                return new String(data, StandardCharsets.UTF_8);
            }

            @Override
            public byte[] encode(String value) {
                return value.getBytes(StandardCharsets.UTF_8);
            }
        };
    }
}
