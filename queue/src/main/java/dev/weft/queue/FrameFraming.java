package dev.weft.queue;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.ProtocolException;
import java.nio.ByteOrder;
import java.util.Arrays;

import dev.weft.net.spi.ArrayFraming;

/**
 * Frames on the wire: the length of all that follows as four bytes, a byte that tells the kind, a number of eight bytes where the kind has one, and a
 * message's body. All big-endian.
 *
 * @param most the longest body
 */
record FrameFraming(int most) implements ArrayFraming<Frame> {
    private static final int MESSAGE = 1;
    private static final int ACKNOWLEDGEMENT = 2;
    private static final int RESUME = 3;
    private static final int PING = 4;
    private static final int LENGTH = 4;
    private static final int KIND = 1;
    private static final int NUMBER = 8;
    private static final int SMALL = 4096;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    @Override
    public int limit() {
        return (int) Math.min(Integer.MAX_VALUE, (long) most + LENGTH + KIND + NUMBER);
    }

    @Override
    public boolean countsItself() {
        return true;
    }

    @Override
    public Frame read(DataInputStream in) throws IOException {
        var length = (int) INT.get(readSmall(in, LENGTH), 0);
        if (length < KIND || length - KIND - NUMBER > most) {
            throw new ProtocolException("a frame of " + Integer.toUnsignedLong(length) + " bytes, where a message has " + most + " at most");
        }
        var frame = length <= SMALL ? readSmall(in, length) : in.readNBytes(length);
        if (frame.length < length) {
            throw new EOFException("the stream ended after " + frame.length + " of a frame's " + length + " bytes");
        }
        return parse(frame, 0, length);
    }

    /** A byte that is not there yet is read by itself: the connection then fetches all that has come, and not the rest of this frame alone. */
    private static byte[] readSmall(DataInputStream in, int length) throws IOException {
        var bytes = new byte[length];
        for (int n = 0; n < length;) {
            if (in.available() == 0) {
                bytes[n++] = in.readByte();
            } else {
                var some = Math.min(in.available(), length - n);
                in.readFully(bytes, n, some);
                n += some;
            }
        }
        return bytes;
    }

    @Override
    public int length(byte[] bytes, int offset, int available) {
        if (available < LENGTH) {
            return 0;
        }
        var length = (int) INT.get(bytes, offset);
        return length < KIND || length - KIND - NUMBER > most ? 0 : LENGTH + length;
    }

    @Override
    public Frame decode(byte[] bytes, int offset, int length) throws IOException {
        return parse(bytes, offset + LENGTH, length - LENGTH);
    }

    private static Frame parse(byte[] bytes, int offset, int length) throws ProtocolException {
        var kind = bytes[offset];
        if (kind == PING && length == KIND) {
            return new Frame.Ping();
        }
        if (length >= KIND + NUMBER) {
            var number = (long) LONG.get(bytes, offset + KIND);
            if (kind == MESSAGE) {
                return new Frame.Message(number, Arrays.copyOfRange(bytes, offset + KIND + NUMBER, offset + length));
            }
            if (length == KIND + NUMBER && kind == ACKNOWLEDGEMENT) {
                return new Frame.Acknowledgement(number);
            }
            if (length == KIND + NUMBER && kind == RESUME) {
                return new Frame.Resume(number);
            }
        }
        throw new ProtocolException("a frame of kind " + kind + " and " + length + " bytes is none");
    }

    @Override
    public void write(Frame frame, DataOutputStream out) throws IOException {
        var bytes = new byte[length(frame)];
        encode(frame, bytes, 0);
        out.write(bytes);
    }

    @Override
    public int length(Frame frame) {
        return LENGTH + KIND + switch (frame) {
            case Frame.Message m -> NUMBER + m.body().length;
            case Frame.Acknowledgement _,Frame.Resume _ -> NUMBER;
            case Frame.Ping _ -> 0;
        };
    }

    @Override
    public void encode(Frame frame, byte[] into, int offset) {
        INT.set(into, offset, length(frame) - LENGTH);
        switch (frame) {
            case Frame.Message m -> {
                head(into, offset, MESSAGE, m.number());
                System.arraycopy(m.body(), 0, into, offset + LENGTH + KIND + NUMBER, m.body().length);
            }
            case Frame.Acknowledgement a -> head(into, offset, ACKNOWLEDGEMENT, a.number());
            case Frame.Resume r -> head(into, offset, RESUME, r.number());
            case Frame.Ping _ -> into[offset + LENGTH] = PING;
        }
    }

    private static void head(byte[] into, int offset, int kind, long number) {
        into[offset + LENGTH] = (byte) kind;
        LONG.set(into, offset + LENGTH + KIND, number);
    }
}
