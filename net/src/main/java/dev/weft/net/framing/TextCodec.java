package dev.weft.net.framing;

import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Text as it arrives. The bytes of a character that is not whole yet stay with the connection until it is (SPEC CH-4). */
public record TextCodec(Charset charset, int limit) implements FrameCodec<String> {
    /** No charset without shift states has longer characters; bytes that are no character after this many are decoded as malformed. */
    private static final int LONGEST_CHARACTER = 8;

    /** Refuses a charset with shift states. */
    public TextCodec {
        FrameLimit.check(limit);
        if (!charset.canEncode() || shifts(charset)) {
            throw new IllegalArgumentException(charset + " has shift states: its text can't be read piece by piece");
        }
    }

    /** Whether wide characters are announced by SO, SI or ESC (ISO-2022, EBCDIC mixes) or, as in UTF-7 and HZ, by plus or tilde. */
    private static boolean shifts(Charset charset) {
        for (var b : "\u4e2d\u65e5\uac00\u30a2".getBytes(charset)) {
            if (b == 0x0e || b == 0x0f || b == 0x1b) {
                return true;
            }
        }
        var name = charset.name().toUpperCase(Locale.ROOT);
        return name.contains("UTF-7") || name.contains("HZ-GB");
    }

    @Override
    public String read(FrameSource source) throws IOException {
        if (source.available() == 0 && !source.fill()) {
            throw new EOFException("no further text");
        }
        var most = Math.max(1, source.most(limit));
        // Malformed UTF-8 gives the same text however it is cut. Where no rest is kept, the end of a character behind it is waited for.
        var enough = source.keepsRest() || charset != StandardCharsets.UTF_8 ? LONGEST_CHARACTER : Math.max(most, LONGEST_CHARACTER);
        var ended = false;
        while (true) {
            var there = Math.min(source.available(), Math.max(most, LONGEST_CHARACTER));
            // Where the limit cuts the first character, the rest of that character is taken too.
            for (var length = Math.min(there, most); length <= there; length++) {
                var piece = decode(source, length, length == there && (ended || there >= enough));
                if (piece.bytes > 0) {
                    source.take(piece.bytes);
                    return piece.text;
                }
            }
            ended = !source.fill();
        }
    }

    /** Decodes the whole characters; a cut one only when there are no others and its rest can't come any more. */
    private Piece decode(FrameSource source, int length, boolean last) {
        var keepsRest = source.keepsRest();
        var whole = source.view(length, (bytes, offset, n) -> decode(bytes, offset, n, false, keepsRest));
        return whole.bytes > 0 || !last ? whole : source.view(length, (bytes, offset, n) -> decode(bytes, offset, n, true, keepsRest));
    }

    private record Piece(String text, int bytes) {
        static final Piece NONE = new Piece("", 0);
    }

    private Piece decode(byte[] bytes, int offset, int length, boolean last, boolean keepsRest) {
        if (charset == StandardCharsets.UTF_8) {
            var torn = last ? 0 : Utf8.torn(bytes, offset, length);
            return torn == length || (torn > 0 && !keepsRest) ? Piece.NONE : new Piece(Utf8.decode(bytes, offset, length - torn), length - torn);
        }
        var in = ByteBuffer.wrap(bytes, offset, length);
        var decoder = charset.newDecoder().onMalformedInput(CodingErrorAction.REPLACE).onUnmappableCharacter(CodingErrorAction.REPLACE);
        var out = CharBuffer.allocate((int) Math.ceil(length * (double) decoder.maxCharsPerByte()) + 1);
        decoder.decode(in, out, last);
        if (last) {
            decoder.flush(out);
        }
        return in.hasRemaining() && !keepsRest ? Piece.NONE : new Piece(out.flip().toString(), length - in.remaining());
    }

    @Override
    public void write(String message, DataOutputStream out) throws IOException {
        out.write(message.getBytes(charset));
    }

    @Override
    public FrameCodec<String> limit(int bytes) {
        return new TextCodec(charset, bytes);
    }
}
