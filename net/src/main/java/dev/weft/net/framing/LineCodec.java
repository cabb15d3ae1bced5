package dev.weft.net.framing;

import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import dev.weft.net.spi.ArrayDecoder;

/**
 * Lines. The byte LF is searched before anything is decoded, which is right wherever that byte is never part of another character: UTF-8,
 * ISO-8859, GBK, GB18030, Big5, Shift_JIS, EUC. With {@code endKept} a line that was ended is read with its LF, as Python's readline does.
 */
public record LineCodec(Charset charset, int limit, boolean endKept) implements FrameCodec<String>, ArrayDecoder<String> {
    /** Refuses a charset in which the byte LF may be part of another character. */
    public LineCodec {
        FrameLimit.check(limit);
        if (!charset.canEncode() || !Arrays.equals("\n".getBytes(charset), new byte[] {'\n'})) {
            throw new IllegalArgumentException("lines can't be told apart in " + charset + ": its line end is not the byte 0x0A");
        }
    }

    @Override
    public String read(FrameSource source) throws IOException {
        var most = source.most(limit);
        var searched = 0;
        while (true) {
            var end = source.indexOf((byte) '\n', searched);
            searched = end >= 0 ? end : source.available();
            if (searched > most + 1L) { // one more for the CR
                throw FrameLimit.exceeded("a line", searched, most);
            }
            if (end >= 0) {
                var length = end > 0 && source.peek(end - 1) == '\r' ? end - 1 : end;
                return take(source, length, end + 1);
            }
            if (!source.fillUntil((byte) '\n', most + 2L)) {
                if (searched == 0) {
                    throw new EOFException("no further line");
                }
                return take(source, searched, searched);
            }
        }
    }

    private String take(FrameSource source, int length, int consumed) throws IOException {
        if (length > limit) {
            throw FrameLimit.exceeded("a line", length, limit);
        }
        var line = source.view(length, this::text);
        source.take(consumed);
        return endKept && consumed > length ? line + "\n" : line;
    }

    private String text(byte[] bytes, int offset, int length) {
        return charset == StandardCharsets.UTF_8 ? Utf8.decode(bytes, offset, length) : new String(bytes, offset, length, charset);
    }

    @Override
    public ArrayDecoder<String> fromArrays() {
        return this;
    }

    @Override
    public int length(byte[] bytes, int offset, int available) {
        var end = Scan.indexOf(bytes, offset, offset + available, (byte) '\n');
        return end < 0 || end - cut(bytes, offset, end) - offset > limit ? 0 : end + 1 - offset;
    }

    @Override
    public String decode(byte[] bytes, int offset, int length) {
        var end = offset + length - 1;
        var line = text(bytes, offset, end - cut(bytes, offset, end) - offset);
        return endKept ? line + "\n" : line;
    }

    /** 1 when the line has a CR before its LF at {@code end}, else 0. */
    private static int cut(byte[] bytes, int offset, int end) {
        return end > offset && bytes[end - 1] == '\r' ? 1 : 0;
    }

    @Override
    public void write(String line, DataOutputStream out) throws IOException {
        if (line.indexOf('\n') >= 0 || line.endsWith("\r")) {
            throw new IllegalArgumentException("a line end inside a line would be read as the line's own");
        }
        var bytes = line.getBytes(charset);
        if (bytes.length > limit) {
            throw FrameLimit.refused("a line", bytes.length, limit);
        }
        out.write(bytes, 0, bytes.length);
        out.write('\n');
    }

    @Override
    public FrameCodec<String> limit(int bytes) {
        return new LineCodec(charset, bytes, endKept);
    }
}
