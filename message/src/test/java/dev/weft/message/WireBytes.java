package dev.weft.message;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;

import dev.weft.net.Framing;
import org.jspecify.annotations.Nullable;

/** Bytes as tests write them down. */
final class WireBytes {
    private WireBytes() {}

    /** What hexadecimal digits stand for, blanks aside. */
    static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replace(" ", ""));
    }

    /** All of them, one after the other. */
    static byte[] join(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (var part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** A frame around any body (SPEC PR-W1). */
    static byte[] frame(byte[] body) {
        return join(header(body.length), body);
    }

    /** The six bytes in front of a body that may or may not follow. */
    static byte[] header(int length) {
        return ByteBuffer.allocate(6).put((byte) '<').put((byte) 'W').putInt(length).array();
    }

    /** What Weft makes of a message. */
    static byte[] written(Message m) {
        var bytes = new ByteArrayOutputStream();
        try {
            Message.framing().write(m, new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** The one message that a body holds. */
    static Message parsed(byte[] body) throws IOException {
        return read(Message.framing(), frame(body));
    }

    /** The one message that a body holds; null for a malformed one. */
    static @Nullable Message attempt(byte[] body) throws IOException {
        try {
            return parsed(body);
        } catch (MalformedMessageException e) {
            return null;
        }
    }

    static Message read(Framing<Message> framing, byte[] bytes) throws IOException {
        return framing.read(new DataInputStream(new ByteArrayInputStream(bytes)));
    }
}
