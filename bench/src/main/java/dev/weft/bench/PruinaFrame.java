package dev.weft.bench;

import java.io.IOException;
import java.nio.ByteBuffer;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;

/**
 * A Pruina message (SPEC PR-W1 to PR-W3) as who has Netty and protobuf would write it without Weft: with protobuf's own streams, straight out
 * of the buffer that was received and straight into the one that is sent.
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares them
record PruinaFrame(long id, int type, byte[] data, int stream) {
    static final int MAGIC = 0x3c57;
    static final int HEADER = 6;
    /** What the load asks for and what it is answered with; "client msg" and "server response" (SPEC PR-W4). */
    static final int REQUEST = 1_100_892_588;
    static final int REPLY = 931_151_998;

    private static final int ID = 1;
    private static final int TYPE = 2;
    private static final int DATA = 3;
    private static final int STREAM = 4;
    private static final int ID_TAG = (ID << 3) | WireFormat.WIRETYPE_VARINT;
    private static final int TYPE_TAG = (TYPE << 3) | WireFormat.WIRETYPE_VARINT;
    private static final int DATA_TAG = (DATA << 3) | WireFormat.WIRETYPE_LENGTH_DELIMITED;
    private static final int STREAM_TAG = (STREAM << 3) | WireFormat.WIRETYPE_VARINT;
    private static final byte[] NO_DATA = {};

    /** Out of a body. */
    static PruinaFrame read(ByteBuffer body) throws IOException {
        var in = CodedInputStream.newInstance(body);
        long id = 0;
        int type = 0;
        var data = NO_DATA;
        int stream = 0;
        for (int tag; (tag = in.readTag()) != 0;) {
            switch (tag) {
                case ID_TAG -> id = in.readInt64();
                case TYPE_TAG -> type = in.readInt32();
                case DATA_TAG -> data = in.readByteArray();
                case STREAM_TAG -> stream = in.readInt32();
                default -> in.skipField(tag);
            }
        }
        return new PruinaFrame(id, type, data, stream);
    }

    /** So many requests as bytes, each with id 1. */
    static byte[] batch(int count, byte[] data) throws IOException {
        var one = new PruinaFrame(1, REQUEST, data, 0).toBytes();
        var all = new byte[count * one.length];
        for (int at = 0; at < all.length; at += one.length) {
            System.arraycopy(one, 0, all, at, one.length);
        }
        return all;
    }

    /** The answer: the same id. */
    PruinaFrame reply(int type, byte[] data) {
        return new PruinaFrame(id, type, data, 0);
    }

    /** How long its body is. */
    int size() {
        return (id == 0 ? 0 : CodedOutputStream.computeInt64Size(ID, id))
                + (type == 0 ? 0 : CodedOutputStream.computeInt32Size(TYPE, type))
                + (data.length == 0 ? 0 : CodedOutputStream.computeByteArraySize(DATA, data))
                + (stream == 0 ? 0 : CodedOutputStream.computeInt32Size(STREAM, stream));
    }

    byte[] toBytes() throws IOException {
        var bytes = new byte[HEADER + size()];
        write(ByteBuffer.wrap(bytes));
        return bytes;
    }

    /** Header and body, which fill the buffer. */
    void write(ByteBuffer frame) throws IOException {
        frame.putShort((short) MAGIC).putInt(frame.remaining() - Integer.BYTES);
        var out = CodedOutputStream.newInstance(frame);
        if (id != 0) {
            out.writeInt64(ID, id);
        }
        if (type != 0) {
            out.writeInt32(TYPE, type);
        }
        if (data.length != 0) {
            out.writeByteArray(DATA, data);
        }
        if (stream != 0) {
            out.writeInt32(STREAM, stream);
        }
        out.flush();
    }
}
