package dev.weft.rpc;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;

import com.google.protobuf.MessageLite;
import org.jspecify.annotations.Nullable;

/**
 * A client that says frame by frame what it likes, as RFC 9113 has them and as it has them not. One thread may write while another reads.
 */
final class Http2Peer implements AutoCloseable {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;

    static final int INITIAL_WINDOW_SIZE = 4;

    static final int CANCEL = 8;

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
    private static final int PATIENCE_MILLIS = 30_000;

    private final Socket socket = new Socket();
    private final DataOutputStream out;
    private final DataInputStream in;

    /** Connects, and says nothing yet. */
    Http2Peer(int port) throws IOException {
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress("127.0.0.1", port), PATIENCE_MILLIS);
        out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), 65_536));
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    }

    /** One that has introduced itself with these settings: each a number and its value. */
    static Http2Peer greeting(int port, int... settings) throws IOException {
        var peer = new Http2Peer(port);
        peer.raw(PREFACE);
        peer.settings(settings);
        peer.flush();
        return peer;
    }

    void raw(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    void flush() throws IOException {
        out.flush();
    }

    void frame(int type, int flags, int stream, byte[] payload) throws IOException {
        out.writeByte(payload.length >> 16);
        out.writeShort(payload.length);
        out.writeByte(type);
        out.writeByte(flags);
        out.writeInt(stream);
        out.write(payload);
    }

    void settings(int... settings) throws IOException {
        var payload = new Bytes();
        for (int i = 0; i < settings.length; i += 2) {
            payload.shortInt(settings[i]).int32(settings[i + 1]);
        }
        frame(SETTINGS, 0, 0, payload.toByteArray());
    }

    /** Begins a call. */
    void call(int stream, String method) throws IOException {
        frame(HEADERS, END_HEADERS, stream, headers(method));
    }

    void message(int stream, MessageLite message) throws IOException {
        frame(DATA, END_STREAM, stream, new Bytes().int8(0).int32(message.getSerializedSize()).bytes(message.toByteArray()).toByteArray());
    }

    void reset(int stream) throws IOException {
        frame(RST_STREAM, 0, stream, new Bytes().int32(CANCEL).toByteArray());
    }

    /** A header block (HPACK, RFC 7541) whose fields are all literals without an index, with more fields: names and values. */
    static byte[] headers(String method, String... more) {
        return headersOf("/" + method, "POST", more);
    }

    /** The same, with any path and any HTTP method. */
    static byte[] headersOf(String path, String verb, String... more) {
        var block = new Bytes().field(":method", verb).field(":scheme", "http").field(":path", path).field(":authority", "localhost")
                .field("content-type", "application/grpc").field("te", "trailers");
        for (int i = 0; i < more.length; i += 2) {
            block.field(more[i], more[i + 1]);
        }
        return block.toByteArray();
    }

    /** A frame that came; of one that tells an error its number, of others 0. */
    record Frame(int type, int flags, int stream, int errorCode) {}

    /**
     * Waits for the next; null at the end, however it comes.
     *
     * @throws java.net.SocketTimeoutException when it does not come in half a minute
     */
    @Nullable
    Frame read() throws IOException {
        try {
            var length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            var type = in.readUnsignedByte();
            var flags = in.readUnsignedByte();
            var stream = in.readInt();
            return new Frame(type, flags, stream, errorCode(type, ByteBuffer.wrap(in.readNBytes(length))));
        } catch (EOFException | SocketException e) {
            return null;
        }
    }

    private static int errorCode(int type, ByteBuffer payload) {
        return switch (type) {
            case RST_STREAM -> payload.getInt(0);
            case GOAWAY -> payload.getInt(4); // after the last stream
            default -> 0;
        };
    }

    /** Waits for the next of a type, whatever comes before; null when the connection ends without. */
    @Nullable
    Frame read(int type) throws IOException {
        for (Frame frame; (frame = read()) != null;) {
            if (frame.type == type) {
                return frame;
            }
        }
        return null;
    }

    /** Waits until the server has closed the connection. */
    void awaitEnd() throws IOException {
        while (read() != null) {
            // Nobody is interested.
        }
    }

    /** Closes with a RST, as a process that is killed does with unread bytes. */
    void abort() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Bytes in the order of the network. */
    private static final class Bytes extends ByteArrayOutputStream {
        Bytes int8(int value) {
            write(value);
            return this;
        }

        Bytes shortInt(int value) {
            return int8(value >> 8).int8(value);
        }

        Bytes int32(int value) {
            return shortInt(value >> 16).shortInt(value);
        }

        Bytes bytes(byte[] bytes) {
            writeBytes(bytes);
            return this;
        }

        Bytes field(String name, String value) {
            return int8(0).text(name).text(value);
        }

        /** Its length as an integer with a prefix of seven bits (RFC 7541, 5.1), and its letters. */
        private Bytes text(String text) {
            var left = text.length();
            if (left < 0x7f) {
                int8(left);
            } else {
                int8(0x7f);
                for (left -= 0x7f; left > 0x7f; left >>>= 7) {
                    int8((left & 0x7f) | 0x80);
                }
                int8(left);
            }
            return bytes(text.getBytes(US_ASCII));
        }
    }
}
