package dev.weft.net;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Lines. The byte LF is searched before anything is decoded, which is right wherever that byte is never part of another character: UTF-8,
 * ISO-8859, GBK, GB18030, Big5, Shift_JIS, EUC. With {@code endKept} a line that was ended is read with its LF, as Python's readline does.
 */
record LineFraming(Charset charset, int limit, boolean endKept) implements BuiltIn<String> {
    static final LineFraming UTF_8 = new LineFraming(StandardCharsets.UTF_8, DEFAULT_LIMIT, false);

    LineFraming {
        BuiltIn.checkLimit(limit);
        if (!charset.canEncode() || !Arrays.equals("\n".getBytes(charset), new byte[] {'\n'})) {
            throw new IllegalArgumentException("lines can't be told apart in " + charset + ": its line end is not the byte 0x0A");
        }
    }

    @Override
    public String read(DataInputStream in) throws IOException {
        return in instanceof FrameInput frame ? fromBuffer(frame) : fromStream(in);
    }

    private String fromBuffer(FrameInput frame) throws IOException {
        var inbound = frame.inbound();
        var most = frame.most(limit);
        var searched = 0;
        while (true) {
            var end = inbound.indexOf((byte) '\n', searched);
            searched = end >= 0 ? end : inbound.available();
            if (searched > most + 1L) { // one more for the CR
                throw BuiltIn.tooLong("a line", searched, most);
            }
            if (end >= 0) {
                var length = end > 0 && inbound.peek(end - 1) == '\r' ? end - 1 : end;
                return take(frame, length, end + 1);
            }
            if (!inbound.fill()) {
                if (searched == 0) {
                    throw new EOFException("no further line");
                }
                return take(frame, searched, searched);
            }
        }
    }

    private String take(FrameInput frame, int length, int consumed) throws IOException {
        if (length > limit) {
            throw BuiltIn.tooLong("a line", length, limit);
        }
        frame.spend(consumed);
        var line = frame.inbound().view(length, this::decode);
        frame.inbound().skip(consumed);
        return endKept && consumed > length ? line + "\n" : line;
    }

    private String fromStream(DataInputStream in) throws IOException {
        var line = new EncodeBuffer();
        while (true) {
            var b = in.read();
            if (b < 0 && line.size() == 0) {
                throw new EOFException("no further line");
            }
            if (b < 0 || b == '\n') {
                var size = line.size();
                var length = b == '\n' && size > 0 && line.array()[size - 1] == '\r' ? size - 1 : size;
                if (length > limit) {
                    throw BuiltIn.tooLong("a line", length, limit);
                }
                return endKept && b == '\n' ? decode(line.array(), 0, length) + "\n" : decode(line.array(), 0, length);
            }
            line.write(b);
            if (line.size() > limit + 1L) {
                throw BuiltIn.tooLong("a line", line.size(), limit);
            }
        }
    }

    private String decode(byte[] bytes, int offset, int length) {
        return charset == StandardCharsets.UTF_8 ? Utf8.decode(bytes, offset, length) : new String(bytes, offset, length, charset);
    }

    @Override
    public void write(String line, DataOutputStream out) throws IOException {
        if (line.indexOf('\n') >= 0 || line.endsWith("\r")) {
            throw new IllegalArgumentException("a line end inside a line would be read as the line's own");
        }
        var bytes = line.getBytes(charset);
        if (bytes.length > limit) {
            throw BuiltIn.refuse("a line", bytes.length, limit);
        }
        out.write(bytes, 0, bytes.length);
        out.write('\n');
    }

    @Override
    public Framing<String> limit(int bytes) {
        return new LineFraming(charset, bytes, endKept);
    }
}
