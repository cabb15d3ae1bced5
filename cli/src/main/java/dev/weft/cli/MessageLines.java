package dev.weft.cli;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

import dev.weft.message.Message;
import dev.weft.net.support.SafeText;

/** Messages as lines: {@code client msg, id 5, 12 bytes: hello world!}, or with bytes that are no text {@code 2 bytes, hex: 00ff}. */
final class MessageLines {
    /** So much of the data is shown. */
    private static final int MOST_CHARS = 200;
    private static final int MOST_BYTES = 64;

    private final Map<Integer, String> names = new HashMap<>();

    /** Knows the names that {@code --know} gives. */
    MessageLines(Arguments arguments) {
        arguments.values("--know", name -> MessageType.read(name, false)).forEach(this::know);
    }

    /** From now on the type is shown by its name. */
    void know(MessageType type) {
        names.put(type.number(), type.text());
    }

    String line(Message m) {
        var data = m.data();
        return "%s, id %d%s, %d bytes%s".formatted(names.getOrDefault(m.type(), Integer.toString(m.type())), m.id(),
                m.stream() == 0 ? "" : ", stream " + m.stream(), data.length, data.length == 0 ? "" : preview(data));
    }

    private static String preview(byte[] data) {
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(data)).toString();
            if (text.indexOf('\0') < 0) {
                var end = text.offsetByCodePoints(0, Math.min(MOST_CHARS, text.codePointCount(0, text.length())));
                return ": " + SafeText.oneLine(text.substring(0, end)) + (end < text.length() ? " ..." : "");
            }
        } catch (CharacterCodingException e) {
            // No text.
        }
        var end = Math.min(MOST_BYTES, data.length);
        return ", hex: " + HexFormat.of().formatHex(data, 0, end) + (end < data.length ? " ..." : "");
    }
}
