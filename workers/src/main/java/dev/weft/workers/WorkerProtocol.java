package dev.weft.workers;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

import dev.weft.net.WorkerException;
import dev.weft.net.spi.PacketChannel.Packet;
import org.jspecify.annotations.Nullable;

/**
 * The messages between a server and its workers: a byte for the kind, then the parts.
 *
 * <p>A server sends SETUP once, then CONNECTION, with its descriptor, or DATAGRAM for each request. A worker sends READY once, FAILED for each
 * failure of the handler, DROPPED when the handler has aborted a Unix or bridged connection, and DONE when the request is served.
 */
final class WorkerProtocol {
    static final byte SETUP = 'S';
    static final byte CONNECTION = 'C';
    static final byte DATAGRAM = 'P';
    static final byte READY = 'R';
    static final byte FAILED = 'F';
    static final byte DROPPED = 'X';
    static final byte DONE = 'D';
    private static final int MOST_FRAMES = 100;
    private static final int MOST_CAUSES = 5;
    private static final int LONGEST_TEXT = 2_000;

    private WorkerProtocol() {}

    /** Writes the parts of a message. */
    @FunctionalInterface
    interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    static byte[] message(byte kind, Writing parts) {
        var bytes = new ByteArrayOutputStream(128);
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(kind);
            parts.to(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail; a text may be too long
        }
        return bytes.toByteArray();
    }

    /** The parts of a message, after its kind. */
    static DataInputStream parts(byte[] message) {
        return new DataInputStream(new ByteArrayInputStream(message, 1, message.length - 1));
    }

    static byte[] done(long bytesIn, long bytesOut) {
        return message(DONE, out -> {
            out.writeLong(bytesIn);
            out.writeLong(bytesOut);
        });
    }

    static byte[] connection(int id, String local, String remote) {
        return message(CONNECTION, out -> {
            out.writeInt(id);
            out.writeUTF(local);
            out.writeUTF(remote);
        });
    }

    static byte[] datagram(int id, byte[] data, String sender, boolean truncated) {
        return message(DATAGRAM, out -> {
            out.writeInt(id);
            out.writeUTF(sender);
            out.writeBoolean(truncated);
            out.write(data);
        });
    }

    /** Reads what follows the id of a DATAGRAM; the data are cut to the room there is. */
    static Packet packet(DataInputStream in, byte[] into) throws IOException {
        var sender = dev.weft.net.Address.parse(in.readUTF());
        var truncated = in.readBoolean();
        var size = in.readNBytes(into, 0, into.length);
        return new Packet(size, truncated || in.available() > 0, sender);
    }

    /** A failure with its causes and their stacks, or without stacks where they are too long for one message. */
    static byte[] failed(Throwable failure, boolean causedByPeer) {
        var whole = failed(failure, causedByPeer, MOST_FRAMES);
        return whole.length <= SeqPacketSocket.LONGEST ? whole : failed(failure, causedByPeer, 0);
    }

    private static byte[] failed(Throwable failure, boolean causedByPeer, int mostFrames) {
        return message(FAILED, out -> {
            var t = failure;
            out.writeBoolean(causedByPeer);
            for (int i = 0; i < MOST_CAUSES && t != null; i++) {
                out.writeBoolean(true);
                write(t, mostFrames, out);
                t = t.getCause();
            }
            out.writeBoolean(false);
        });
    }

    private static void write(Throwable t, int mostFrames, DataOutputStream out) throws IOException {
        var stack = t.getStackTrace();
        var frames = Math.min(stack.length, mostFrames);
        out.writeUTF(t.getClass().getName());
        out.writeUTF(cut(t.getMessage()));
        out.writeByte(frames);
        for (int i = 0; i < frames; i++) {
            out.writeUTF(cut(stack[i].getClassName()));
            out.writeUTF(cut(stack[i].getMethodName()));
            out.writeUTF(cut(stack[i].getFileName()));
            out.writeInt(stack[i].getLineNumber());
        }
    }

    private static String cut(@Nullable String text) {
        return text == null ? "" : text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) : text;
    }

    /** Reads what {@link #failed} has written. */
    static WorkerException failure(DataInputStream in) throws IOException {
        var causedByPeer = in.readBoolean();
        in.readBoolean();
        var first = one(in, causedByPeer);
        var effect = first;
        for (int i = 1; i < MOST_CAUSES && in.readBoolean(); i++) {
            var cause = one(in, causedByPeer);
            effect.initCause(cause);
            effect = cause;
        }
        return first;
    }

    private static WorkerException one(DataInputStream in, boolean causedByPeer) throws IOException {
        var type = in.readUTF();
        var message = in.readUTF();
        var stack = new StackTraceElement[in.readByte()];
        for (int i = 0; i < stack.length; i++) {
            stack[i] = new StackTraceElement(in.readUTF(), in.readUTF(), in.readUTF(), in.readInt());
        }
        return new WorkerException(type, message.isEmpty() ? type : type + ": " + message, stack, causedByPeer);
    }
}
