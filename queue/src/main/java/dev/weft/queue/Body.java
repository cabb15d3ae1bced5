package dev.weft.queue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.Charset;

import dev.weft.net.Framing;

/**
 * A message as the body of a numbered frame, whose length is known: no delimiter is needed there.
 *
 * @param <T> the type of a message
 */
interface Body<T> {
    /**
     * The bytes of a message.
     *
     * @throws IllegalArgumentException when it can't be sent
     */
    byte[] encode(T message);

    /** Looks whether a message can be sent. */
    default void check(T message) {
        encode(message);
    }

    /**
     * The message that these bytes are.
     *
     * @throws ProtocolException when they are none
     */
    T decode(byte[] body) throws IOException;

    /** Bytes as they are. */
    static Body<byte[]> bytes(int limit) {
        return new Body<>() {
            @Override
            public byte[] encode(byte[] message) {
                if (message.length > limit) {
                    throw new IllegalArgumentException("a message of " + message.length + " bytes is over the limit of " + limit + " bytes");
                }
                return message;
            }

            @Override
            public byte[] decode(byte[] body) {
                return body;
            }
        };
    }

    /** Text in a charset. */
    static Body<String> text(Charset charset, int limit) {
        var bytes = bytes(limit);
        return new Body<>() {
            @Override
            public byte[] encode(String message) {
                return bytes.encode(message.getBytes(charset));
            }

            @Override
            public String decode(byte[] body) {
                return new String(body, charset);
            }
        };
    }

    /** What any framing makes of a message. */
    static <T> Body<T> framed(Framing<T> framing) {
        return new Body<>() {
            @Override
            public byte[] encode(T message) {
                var bytes = new ByteArrayOutputStream();
                try {
                    framing.write(message, new DataOutputStream(bytes));
                } catch (IOException e) {
                    throw new IllegalArgumentException("a message that can't be written: " + e.getMessage(), e);
                }
                return bytes.toByteArray();
            }

            @Override
            public T decode(byte[] body) throws IOException {
                var in = new DataInputStream(new ByteArrayInputStream(body));
                var message = framing.read(in);
                if (in.read() >= 0) {
                    throw new ProtocolException("a frame of " + body.length + " bytes holds more than one message");
                }
                return message;
            }
        };
    }
}
