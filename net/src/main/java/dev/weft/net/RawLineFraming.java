package dev.weft.net;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;

/** Lines as bytes with their ends, as Python's {@code rfile.readline()} gives them; the limit is that of line and end. */
record RawLineFraming(int limit) implements BuiltIn<byte[]> {
    RawLineFraming {
        BuiltIn.checkLimit(limit);
    }

    @Override
    public byte[] read(DataInputStream in) throws IOException {
        return in instanceof FrameInput frame ? fromBuffer(frame) : fromStream(in);
    }

    private static EOFException noFurther() {
        return new EOFException("no further line");
    }

    private byte[] fromBuffer(FrameInput frame) throws IOException {
        var inbound = frame.inbound();
        var most = frame.most(limit);
        var searched = 0;
        while (true) {
            var end = inbound.indexOf((byte) '\n', searched);
            searched = end >= 0 ? end + 1 : inbound.available();
            if (searched > most) {
                throw BuiltIn.tooLong("a line", searched, most);
            }
            if (end >= 0 || !inbound.fill()) {
                if (searched == 0) {
                    throw noFurther();
                }
                frame.spend(searched);
                var line = inbound.view(searched, Inbound::copy);
                inbound.skip(searched);
                return line;
            }
        }
    }

    private byte[] fromStream(DataInputStream in) throws IOException {
        var line = new EncodeBuffer();
        while (true) {
            var b = in.read();
            if (b >= 0) {
                line.write(b);
            }
            if (line.size() > limit) {
                throw BuiltIn.tooLong("a line", line.size(), limit);
            }
            if (b < 0 && line.size() == 0) {
                throw noFurther();
            }
            if (b < 0 || b == '\n') {
                return line.toBytes();
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
            throw BuiltIn.refuse("a line", line.length, limit);
        }
        out.write(line);
    }

    @Override
    public Framing<byte[]> limit(int bytes) {
        return new RawLineFraming(bytes);
    }
}
