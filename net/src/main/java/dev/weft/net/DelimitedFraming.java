package dev.weft.net;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;

import dev.weft.net.spi.ArrayFraming;

/** Messages that end in a delimiter. */
final class DelimitedFraming implements BuiltIn<byte[]>, ArrayFraming<byte[]> {
    private final byte[] delimiter;
    private final int limit;

    DelimitedFraming(byte[] delimiter, int limit) {
        if (delimiter.length == 0) {
            throw new IllegalArgumentException("an empty delimiter ends nothing");
        }
        this.delimiter = delimiter.clone();
        this.limit = BuiltIn.checkLimit(limit);
    }

    @Override
    public int limit() {
        return limit;
    }

    @Override
    public byte[] read(DataInputStream in) throws IOException {
        return in instanceof FrameInput frame ? fromBuffer(frame) : fromStream(in);
    }

    private byte[] fromBuffer(FrameInput frame) throws IOException {
        var inbound = frame.inbound();
        var most = frame.most(limit);
        var searched = 0;
        while (true) {
            for (int at; (at = inbound.indexOf(delimiter[0], searched)) >= 0 && at + delimiter.length <= inbound.available(); searched = at + 1) {
                if (standsAt(inbound, at)) {
                    if (at > limit) {
                        throw BuiltIn.tooLong("a message", at, limit);
                    }
                    frame.spend(at + delimiter.length);
                    var message = inbound.view(at, Inbound::copy);
                    inbound.skip(at + delimiter.length);
                    return message;
                }
            }
            // A delimiter may have begun in the last bytes, so those are searched again with what follows them.
            searched = Math.max(searched, inbound.available() - delimiter.length + 1);
            if (searched > most) {
                throw BuiltIn.tooLong("a message", searched, most);
            }
            if (!inbound.fill()) {
                throw new EOFException("the stream ended before the delimiter");
            }
        }
    }

    private boolean standsAt(Inbound inbound, int at) {
        for (int i = 0; i < delimiter.length; i++) {
            if (inbound.peek(at + i) != delimiter[i]) {
                return false;
            }
        }
        return true;
    }

    private byte[] fromStream(DataInputStream in) throws IOException {
        var message = new EncodeBuffer();
        while (true) {
            var b = in.read();
            if (b < 0) {
                throw new EOFException("the stream ended before the delimiter");
            }
            message.write(b);
            var length = message.size() - delimiter.length;
            if (length >= 0 && Arrays.equals(message.array(), length, message.size(), delimiter, 0, delimiter.length)) {
                return Arrays.copyOf(message.array(), length);
            }
            if (length >= limit) {
                throw BuiltIn.tooLong("a message", message.size(), limit);
            }
        }
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
            throw BuiltIn.refuse("a message", message.length, limit);
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

    /** Whether, read back, the delimiter would be found where its first byte is: inside the message, or half in it and half in its end. */
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
    public Framing<byte[]> limit(int bytes) {
        return new DelimitedFraming(delimiter, bytes);
    }
}
