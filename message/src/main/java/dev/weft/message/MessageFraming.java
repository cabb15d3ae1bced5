package dev.weft.message;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.ProtocolException;
import java.nio.ByteOrder;
import java.util.Arrays;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import dev.weft.net.Framing;
import dev.weft.net.spi.ArrayFraming;
import org.jspecify.annotations.Nullable;

/**
 * The Pruina wire format (SPEC PR-W1 to PR-W14): the magic {@code <W}, a body's length as four bytes big-endian, and the body, a protobuf
 * message {@code { int64 id = 1; int32 type = 2; bytes data = 3; int32 stream_property = 4; }}.
 *
 * <p>Written canonically: fields ascending, defaults left out. Read leniently, by protobuf's own reader: any order, the last value of a field
 * wins, unknown fields are skipped.
 */
record MessageFraming(int limit) implements ArrayFraming<Message> {
    static final MessageFraming DEFAULT = new MessageFraming(Message.DEFAULT_LIMIT);

    private static final int FIRST = '<';
    private static final int SECOND = 'W';
    private static final int MAGIC = (FIRST << 8) | SECOND;
    /** The magic and the length. */
    private static final int HEADER = 6;
    private static final int LENGTH_AT = 2;

    private static final int ID = 1;
    private static final int TYPE = 2;
    private static final int DATA = 3;
    private static final int STREAM = 4;

    private static final int ID_TAG = (ID << 3) | WireFormat.WIRETYPE_VARINT;
    private static final int TYPE_TAG = (TYPE << 3) | WireFormat.WIRETYPE_VARINT;
    private static final int DATA_TAG = (DATA << 3) | WireFormat.WIRETYPE_LENGTH_DELIMITED;
    private static final int STREAM_TAG = (STREAM << 3) | WireFormat.WIRETYPE_VARINT;

    private static final int MOST_VARINT = 10;
    private static final byte[] NO_DATA = {};
    private static final VarHandle LENGTH = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    MessageFraming {
        if (limit < 0) {
            throw new IllegalArgumentException("a limit of " + limit + " bytes");
        }
    }

    @Override
    public Message read(DataInputStream in) throws IOException {
        var start = in.readUnsignedShort();
        if (start != MAGIC) {
            resynchronise(in, start);
        }
        var length = Integer.toUnsignedLong(in.readInt());
        if (length > limit) {
            throw new ProtocolException("a message of %d bytes is over the limit of %d bytes".formatted(length, limit));
        }
        var body = in.readNBytes((int) length); // makes room as the bytes come, not on the header's word
        if (body.length < length) {
            throw new EOFException("the stream ended after " + body.length + " of a message's " + length + " bytes");
        }
        return parse(body, 0, body.length);
    }

    /** Reads up to the end of the next magic, which any {@code <} may begin. */
    private void resynchronise(DataInputStream in, int start) throws IOException {
        var last = start & 0xff;
        for (int skipped = 1; skipped <= limit; skipped++) {
            var b = in.readUnsignedByte();
            if (last == FIRST && b == SECOND) {
                return;
            }
            last = b;
        }
        throw new ProtocolException("no message begins in " + limit + " bytes");
    }

    @Override
    public int length(byte[] bytes, int offset, int available) {
        if (available < HEADER || bytes[offset] != FIRST || bytes[offset + 1] != SECOND) {
            return 0;
        }
        var length = (int) LENGTH.get(bytes, offset + LENGTH_AT);
        return Integer.compareUnsigned(length, Math.min(limit, Integer.MAX_VALUE - HEADER)) > 0 ? 0 : HEADER + length;
    }

    @Override
    public Message decode(byte[] bytes, int offset, int length) throws IOException {
        return parse(bytes, offset + HEADER, length - HEADER);
    }

    private static Message parse(byte[] bytes, int offset, int length) throws MalformedMessageException {
        var canonical = parseCanonical(bytes, offset, offset + length);
        return canonical == null ? parseAny(bytes, offset, length) : canonical;
    }

    /**
     * A body as it is written canonically; null when it is any other. Nearly all are, and reading these by hand takes half the time and the
     * memory that protobuf's reader takes for a small one (MessageFramingBenchmark).
     */
    private static @Nullable Message parseCanonical(byte[] bytes, int offset, int end) {
        long id = 0;
        int type = 0;
        var data = NO_DATA;
        int stream = 0;
        var at = offset;
        if (at < end && bytes[at] == ID_TAG) {
            var n = varintLength(bytes, ++at, end);
            id = varint(bytes, at, n);
            at += n;
        }
        if (at < end && bytes[at] == TYPE_TAG) {
            var n = varintLength(bytes, ++at, end);
            type = (int) varint(bytes, at, n);
            at += n;
        }
        if (at < end && bytes[at] == DATA_TAG) {
            var n = varintLength(bytes, ++at, end);
            var length = varint(bytes, at, n);
            at += n;
            if (length < 0 || length > end - at) {
                return null;
            }
            data = Arrays.copyOfRange(bytes, at, at + (int) length);
            at += (int) length;
        }
        if (at < end && bytes[at] == STREAM_TAG) {
            var n = varintLength(bytes, ++at, end);
            stream = (int) varint(bytes, at, n);
            at += n;
        }
        return at == end ? new Message(id, type, data, stream) : null;
    }

    /** How many bytes a varint takes; if it does not end, or not soon enough, more than there are. */
    private static int varintLength(byte[] bytes, int offset, int end) {
        for (var n = 1; n <= MOST_VARINT && offset + n <= end; n++) {
            if (bytes[offset + n - 1] >= 0) {
                return n;
            }
        }
        return end - offset + 1;
    }

    private static long varint(byte[] bytes, int offset, int length) {
        long value = 0;
        for (var n = 0; n < length && n < MOST_VARINT && offset + n < bytes.length; n++) {
            value |= (bytes[offset + n] & 0x7fL) << (7 * n);
        }
        return value;
    }

    private static Message parseAny(byte[] bytes, int offset, int length) throws MalformedMessageException {
        var in = CodedInputStream.newInstance(bytes, offset, length);
        long id = 0;
        int type = 0;
        var data = NO_DATA;
        int stream = 0;
        try {
            while (true) {
                int tag = in.readTag();
                switch (tag) {
                    case 0 -> {
                        return new Message(id, type, data, stream);
                    }
                    case ID_TAG -> id = in.readInt64();
                    case TYPE_TAG -> type = in.readInt32();
                    case DATA_TAG -> data = in.readByteArray();
                    case STREAM_TAG -> stream = in.readInt32();
                    default -> {
                        if (!in.skipField(tag)) {
                            throw new InvalidProtocolBufferException("a group ends that has not begun");
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw new MalformedMessageException("a frame's body of " + length + " bytes is no message: " + e.getMessage(), e);
        }
    }

    @Override
    public void write(Message m, DataOutputStream out) throws IOException {
        var bytes = new byte[length(m)];
        encode(m, bytes, 0);
        out.write(bytes);
    }

    @Override
    public int length(Message m) {
        long data = m.data().length;
        var size = data + fieldSize(m.id()) + fieldSize(m.type()) + fieldSize(data) + fieldSize(m.stream());
        if (size > Math.min(limit, Integer.MAX_VALUE - HEADER)) {
            throw new IllegalArgumentException("a message of %d bytes is over the limit of %d bytes".formatted(size, limit));
        }
        return HEADER + (int) size;
    }

    @Override
    public void encode(Message m, byte[] into, int offset) {
        into[offset] = FIRST;
        into[offset + 1] = SECOND;
        var at = offset + HEADER;
        if (m.id() != 0) {
            into[at++] = ID_TAG;
            at = varint(m.id(), into, at);
        }
        if (m.type() != 0) {
            into[at++] = TYPE_TAG;
            at = varint(m.type(), into, at);
        }
        var data = m.data();
        if (data.length > 0) {
            into[at++] = DATA_TAG;
            at = varint(data.length, into, at);
            System.arraycopy(data, 0, into, at, data.length);
            at += data.length;
        }
        if (m.stream() != 0) {
            into[at++] = STREAM_TAG;
            at = varint(m.stream(), into, at);
        }
        LENGTH.set(into, offset + LENGTH_AT, at - offset - HEADER);
    }

    /** A tag of one byte and a varint; nothing for what is left out. */
    private static int fieldSize(long value) {
        return value == 0 ? 0 : 1 + (Long.SIZE - Long.numberOfLeadingZeros(value) + 6) / 7;
    }

    /** Seven bits a byte, the lowest first; a negative int is as long as a long (protobuf's encoding of int32). */
    private static int varint(long value, byte[] into, int offset) {
        var at = offset;
        var left = value;
        while ((left & ~0x7fL) != 0) {
            into[at++] = (byte) (left | 0x80);
            left >>>= 7;
        }
        into[at++] = (byte) left;
        return at;
    }

    @Override
    public Framing<Message> limit(int bytes) {
        return new MessageFraming(bytes);
    }

    /** The limit is the body's: what is skipped in front of a frame has one of its own. */
    @Override
    public boolean countsItself() {
        return true;
    }
}
