package dev.weft.net;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

import dev.weft.net.framing.FrameLimit;
import dev.weft.net.framing.LineCodec;
import dev.weft.net.framing.Utf8;

/**
 * A connection as a file of text: Python's {@code makefile(mode="rw")} (SPEC CH-12).
 *
 * <p>As in Python's text mode a line keeps its end, CR LF is read as LF, and the end of the stream is the empty string. It holds no bytes,
 * so it mixes with every other view; a write has left when it returns, so there is nothing to flush.
 */
public final class TextFile {
    private static final int MOST_AT_ONCE = 8 * 1024;

    private final Connection connection;
    private final Charset charset;
    private final int limit;
    private final Frames<String> lines;

    TextFile(Connection connection, Charset charset, int limit) {
        this.connection = connection;
        this.charset = charset;
        this.limit = limit;
        lines = connection.frames(new BuiltInFraming<>(new LineCodec(charset, limit, true)));
    }

    /** The same with another bound, in bytes, for a line and for all that {@link #read()} returns; default 1 MiB. */
    public TextFile limit(int bytes) {
        return new TextFile(connection, charset, bytes);
    }

    /** The next line with its {@code "\n"}; without one when the stream ended first; empty at the end. */
    public String readLine() throws IOException {
        try {
            return lines.read();
        } catch (EOFException e) {
            return "";
        }
    }

    /**
     * Everything until the end of the stream, under the idle deadline; a drain of the server does not end it.
     *
     * @throws java.net.ProtocolException when that is more than the limit
     */
    public String read() throws IOException {
        var all = new ByteArrayOutputStream();
        for (byte[] piece; (piece = connection.receive(MOST_AT_ONCE)).length > 0;) {
            all.writeBytes(piece);
            if (all.size() > limit) {
                throw connection.blame(FrameLimit.exceeded("a text", all.size(), limit));
            }
        }
        var text = charset == StandardCharsets.UTF_8 ? Utf8.decode(all.toByteArray(), 0, all.size()) : all.toString(charset);
        return text.replace("\r\n", "\n");
    }

    /** Writes a text; it has left when this returns. */
    public void write(String text) throws IOException {
        connection.send(text.getBytes(charset));
    }
}
