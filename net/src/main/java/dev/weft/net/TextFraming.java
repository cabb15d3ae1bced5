package dev.weft.net;

import java.io.DataInputStream;
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
record TextFraming(Charset charset, int limit) implements BuiltIn<String> {
    /** No charset without shift states has longer characters; what is still no character after so many bytes is decoded as the garbage it is. */
    private static final int LONGEST_CHARACTER = 8;

    TextFraming {
        BuiltIn.checkLimit(limit);
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
    public String read(DataInputStream in) throws IOException {
        return in instanceof FrameInput frame ? fromBuffer(frame) : fromStream(in);
    }

    private String fromBuffer(FrameInput frame) throws IOException {
        var inbound = frame.inbound();
        if (inbound.available() == 0 && !inbound.fill()) {
            throw new EOFException("no further text");
        }
        var ended = false;
        while (true) {
            var there = Math.min(inbound.available(), Math.max(limit, LONGEST_CHARACTER));
            // Where the limit cuts the first character, just so many bytes more as it has.
            for (var length = Math.min(there, limit); length <= there; length++) {
                var last = length == there && (ended || there >= LONGEST_CHARACTER);
                var piece = take(inbound, length, last);
                if (piece.bytes > 0) {
                    frame.spend(piece.bytes);
                    inbound.skip(piece.bytes);
                    return piece.text;
                }
            }
            ended = !inbound.fill();
        }
    }

    /** What whole characters there are; a torn one only when there are no others and its rest can't come any more. */
    private Piece take(Inbound inbound, int length, boolean last) {
        var whole = inbound.view(length, (bytes, offset, n) -> decode(bytes, offset, n, false));
        return whole.bytes > 0 || !last ? whole : inbound.view(length, (bytes, offset, n) -> decode(bytes, offset, n, true));
    }

    private String fromStream(DataInputStream in) throws IOException {
        return charset == StandardCharsets.UTF_8 ? utf8FromStream(in) : otherFromStream(in);
    }

    /** Nothing can be given back to a stream: where garbage is followed by what may begin a character, the rest of that is awaited. */
    private String utf8FromStream(DataInputStream in) throws IOException {
        var bytes = new EncodeBuffer();
        do {
            var b = in.read();
            if (b < 0 && bytes.size() == 0) {
                throw new EOFException("no further text");
            }
            if (b < 0) {
                break;
            }
            bytes.write(b);
        } while (Utf8.torn(bytes.array(), 0, bytes.size()) > 0 && bytes.size() < Math.max(limit, LONGEST_CHARACTER));
        return Utf8.decode(bytes.array(), 0, bytes.size());
    }

    private String otherFromStream(DataInputStream in) throws IOException {
        var bytes = new byte[LONGEST_CHARACTER];
        for (int n = 0; n < bytes.length; n++) {
            var b = in.read();
            if (b < 0 && n == 0) {
                throw new EOFException("no further text");
            }
            if (b < 0) {
                return decode(bytes, 0, n, true).text;
            }
            bytes[n] = (byte) b;
            var piece = decode(bytes, 0, n + 1, n + 1 == bytes.length);
            if (piece.bytes > 0) {
                return piece.text;
            }
        }
        throw new AssertionError("the last piece is always decoded");
    }

    private record Piece(String text, int bytes) {}

    private Piece decode(byte[] bytes, int offset, int length, boolean last) {
        if (charset == StandardCharsets.UTF_8) {
            var whole = last ? length : length - Utf8.torn(bytes, offset, length);
            return new Piece(Utf8.decode(bytes, offset, whole), whole);
        }
        var in = ByteBuffer.wrap(bytes, offset, length);
        var decoder = charset.newDecoder().onMalformedInput(CodingErrorAction.REPLACE).onUnmappableCharacter(CodingErrorAction.REPLACE);
        var out = CharBuffer.allocate((int) Math.ceil(length * (double) decoder.maxCharsPerByte()) + 1);
        decoder.decode(in, out, last);
        if (last) {
            decoder.flush(out);
        }
        return new Piece(out.flip().toString(), length - in.remaining());
    }

    @Override
    public void write(String message, DataOutputStream out) throws IOException {
        out.write(message.getBytes(charset));
    }

    @Override
    public Framing<String> limit(int bytes) {
        return new TextFraming(charset, bytes);
    }
}
