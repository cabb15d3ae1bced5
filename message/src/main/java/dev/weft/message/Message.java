package dev.weft.message;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import dev.weft.net.Framing;

/**
 * One message as it is on the wire (SPEC PR-W2). Immutable but for its data, which is not copied: the array must not be changed
 * once a message is made of it.
 *
 * @param id what joins a reply to its request; 0 by default
 * @param type what hooks are found by; {@link #type(String)} makes it of a name
 * @param data the payload
 * @param stream 0 for a plain message, {@link #PART} for a part of a stream, {@link #LAST_PART} for its last one; any other value is
 *        carried as it is (SPEC PR-W6)
 */
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode look into it
public record Message(long id, int type, byte[] data, int stream) {
    /** A part of a stream that goes on. */
    public static final int PART = 2;
    /** The last part of a stream. */
    public static final int LAST_PART = 3;
    /** The longest body of a frame unless {@link Messages#limit} says otherwise: 16 MiB (SPEC PR-W12). */
    public static final int DEFAULT_LIMIT = 16 << 20;

    /** A message with id 0. */
    public static Message of(String type, byte[] data) {
        return of(TypeNames.typeOf(type), data);
    }

    /** A message with id 0 and a text, in UTF-8. */
    public static Message of(String type, String text) {
        return of(type, text.getBytes(StandardCharsets.UTF_8));
    }

    /** A message with id 0 and a payload. */
    public static <T> Message of(String type, Codec<T> codec, T payload) {
        return of(type, codec.encode(payload));
    }

    /** A message with id 0 and a type that is a number. */
    public static Message of(int type, byte[] data) {
        return new Message(0, type, data, 0);
    }

    /**
     * The wire's number for a name: 31·h + code point, then the sign bit cleared (SPEC PR-W4). For names without
     * characters beyond U+FFFF it is {@link String#hashCode} with the sign bit cleared.
     */
    public static int type(String name) {
        int h = 0;
        for (int i = 0; i < name.length(); i++) {
            int c = name.charAt(i);
            if (Character.isHighSurrogate((char) c) && i + 1 < name.length() && Character.isLowSurrogate(name.charAt(i + 1))) {
                c = Character.toCodePoint((char) c, name.charAt(++i));
            }
            h = 31 * h + c;
        }
        return h & Integer.MAX_VALUE;
    }

    /**
     * The Pruina wire format, for groups and for connections without {@link Messages}; bodies of {@link #DEFAULT_LIMIT} at most.
     *
     * <p>Bytes in front of a frame's magic are skipped (SPEC PR-W10), at most as many as the limit. A body that is no message throws
     * {@link MalformedMessageException}, and reading can go on; a length above the limit throws {@link java.net.ProtocolException}.
     */
    public static Framing<Message> framing() {
        return MessageFraming.DEFAULT;
    }

    /** An answer: the same id. */
    public Message reply(String type, byte[] data) {
        return new Message(id, TypeNames.typeOf(type), data, 0);
    }

    /** An answer: the same id, and a text in UTF-8. */
    public Message reply(String type, String text) {
        return reply(type, text.getBytes(StandardCharsets.UTF_8));
    }

    /** An answer: the same id, and a payload. */
    public <T> Message reply(String type, Codec<T> codec, T payload) {
        return reply(type, codec.encode(payload));
    }

    /** The same message under another id. */
    public Message id(long id) {
        return new Message(id, type, data, stream);
    }

    /** The same message with another stream property. */
    public Message stream(int stream) {
        return new Message(id, type, data, stream);
    }

    /** Whether it is of this type. */
    public boolean is(String type) {
        return this.type == TypeNames.typeOf(type);
    }

    /** The data as UTF-8 text; what is none becomes U+FFFD. */
    public String text() {
        return new String(data, StandardCharsets.UTF_8);
    }

    /** The payload. */
    public <T> T as(Codec<T> codec) throws IOException {
        try {
            return codec.decode(data);
        } catch (IOException e) {
            throw Undecodable.note(e);
        }
    }

    /** Whether all four are the same, byte for byte. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Message m && m.id == id && m.type == type && m.stream == stream && Arrays.equals(m.data, data);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * (31 * type + Long.hashCode(id)) + stream) + Arrays.hashCode(data);
    }

    /** {@code Message[client msg, id 5, 12 bytes]}; the type by its name where a hook of this process has it. */
    @Override
    public String toString() {
        return "Message[%s, id %d, %d bytes%s]".formatted(TypeNames.of(type), id, data.length, stream == 0 ? "" : ", stream " + stream);
    }
}
