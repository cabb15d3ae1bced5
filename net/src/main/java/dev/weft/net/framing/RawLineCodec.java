package dev.weft.net.framing;

import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;

/** Lines as bytes with their ends, as Python's {@code rfile.readline()} gives them; the limit is that of line and end. */
public record RawLineCodec(int limit) implements FrameCodec<byte[]> {
    /** Checks the limit. */
    public RawLineCodec {
        FrameLimit.check(limit);
    }

    @Override
    public byte[] read(FrameSource source) throws IOException {
        var most = source.most(limit);
        var searched = 0;
        while (true) {
            var end = source.indexOf((byte) '\n', searched);
            searched = end >= 0 ? end + 1 : source.available();
            if (searched > most) {
                throw FrameLimit.exceeded("a line", searched, most);
            }
            if (end >= 0 || !source.fillUntil((byte) '\n', most + 1L)) {
                if (searched == 0) {
                    throw new EOFException("no further line");
                }
                var line = source.view(searched, Slice.COPY);
                source.take(searched);
                return line;
            }
        }
    }

    @Override
    public void write(byte[] line, DataOutputStream out) throws IOException {
        if (line.length == 0) {
            throw new IllegalArgumentException("an empty line has an end too: write \"\\n\"");
        }
        var end = Scan.indexOf(line, 0, line.length, (byte) '\n');
        if (end >= 0 && end < line.length - 1) {
            throw new IllegalArgumentException("a line end inside a line, at byte " + end + ", would make two of it");
        }
        if (line.length > limit) {
            throw FrameLimit.refused("a line", line.length, limit);
        }
        out.write(line);
    }

    @Override
    public FrameCodec<byte[]> limit(int bytes) {
        return new RawLineCodec(bytes);
    }
}
