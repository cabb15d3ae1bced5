package dev.weft.net.framing;

import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;

import dev.weft.net.spi.ArrayCodec;

/** Messages that end in a delimiter. */
public final class DelimitedCodec implements FrameCodec<byte[]>, ArrayCodec<byte[]> {
    private final byte[] delimiter;
    private final int limit;

    /** Refuses an empty delimiter. */
    public DelimitedCodec(byte[] delimiter, int limit) {
        if (delimiter.length == 0) {
            throw new IllegalArgumentException("an empty delimiter: at least 1 byte is needed");
        }
        this.delimiter = delimiter.clone();
        this.limit = FrameLimit.check(limit);
    }

    @Override
    public int limit() {
        return limit;
    }

    @Override
    public ArrayCodec<byte[]> onArrays() {
        return this;
    }

    @Override
    public byte[] read(FrameSource source) throws IOException {
        var most = source.most(limit);
        var searched = 0;
        while (true) {
            for (int at; (at = source.indexOf(delimiter[0], searched)) >= 0 && at + delimiter.length <= source.available(); searched = at + 1) {
                if (standsAt(source, at)) {
                    return take(source, at);
                }
            }
            // A delimiter may begin in the last bytes, so these are searched again with what follows them.
            searched = Math.max(searched, source.available() - delimiter.length + 1);
            if (searched > most) {
                throw FrameLimit.exceeded("a message", searched, most);
            }
            if (!source.fillUntil(delimiter[delimiter.length - 1], (long) most + delimiter.length)) {
                throw new EOFException("the stream ended before the delimiter");
            }
        }
    }

    private boolean standsAt(FrameSource source, int at) {
        for (int i = 0; i < delimiter.length; i++) {
            if (source.peek(at + i) != delimiter[i]) {
                return false;
            }
        }
        return true;
    }

    private byte[] take(FrameSource source, int length) throws IOException {
        if (length > limit) {
            throw FrameLimit.exceeded("a message", length, limit);
        }
        var message = source.view(length, Slice.COPY);
        source.take(length + delimiter.length);
        return message;
    }

    @Override
    public int length(byte[] bytes, int offset, int available) {
        var end = offset + available;
        for (int at = offset - 1; (at = Scan.indexOf(bytes, at + 1, end, delimiter[0])) >= 0 && at + delimiter.length <= end;) {
            if (Arrays.equals(bytes, at, at + delimiter.length, delimiter, 0, delimiter.length)) {
                return at - offset > limit ? 0 : at - offset + delimiter.length;
            }
        }
        return 0;
    }

    @Override
    public byte[] decode(byte[] bytes, int offset, int length) {
        return Arrays.copyOfRange(bytes, offset, offset + length - delimiter.length);
    }

    @Override
    public int length(byte[] message) {
        if (message.length > limit) {
            throw FrameLimit.refused("a message", message.length, limit);
        }
        for (int i = -1; (i = Scan.indexOf(message, i + 1, message.length, delimiter[0])) >= 0;) {
            if (endsEarly(message, i)) {
                throw new IllegalArgumentException("the delimiter inside a message would make two of it, at byte " + i);
            }
        }
        return Math.addExact(message.length, delimiter.length);
    }

    @Override
    public void encode(byte[] message, byte[] into, int offset) {
        System.arraycopy(message, 0, into, offset, message.length);
        System.arraycopy(delimiter, 0, into, offset + message.length, delimiter.length);
    }

    @Override
    public void write(byte[] message, DataOutputStream out) throws IOException {
        length(message);
        out.write(message);
        out.write(delimiter);
    }

    /** Whether a reader would find a delimiter that begins at this index: inside the message, or partly in it and partly in its end. */
    private boolean endsEarly(byte[] message, int i) {
        for (int k = 1; k < delimiter.length; k++) {
            var b = i + k < message.length ? message[i + k] : delimiter[i + k - message.length];
            if (b != delimiter[k]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public FrameCodec<byte[]> limit(int bytes) {
        return new DelimitedCodec(delimiter, bytes);
    }
}
