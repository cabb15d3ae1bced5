package dev.weft.net;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

import dev.weft.net.framing.ChunkCodec;
import dev.weft.net.framing.DelimitedCodec;
import dev.weft.net.framing.FixedCodec;
import dev.weft.net.framing.LengthCodec;
import dev.weft.net.framing.LineCodec;
import dev.weft.net.framing.RawLineCodec;
import dev.weft.net.framing.TextCodec;
import dev.weft.net.framing.VarintCodec;

/**
 * How messages are encoded on a stream; immutable, shared, and written in plain blocking code. Framings compose: one may read with another.
 *
 * <p>The built-in ones are bounded by {@link #limit(int)}, 1 MiB unless said otherwise, and never allocate memory only because a header announces a
 * length.
 *
 * @param <T> the type of a message
 */
public interface Framing<T> {
    /** The limit of a framing that says nothing else: 1 MiB. */
    int DEFAULT_LIMIT = 1 << 20;

    /**
     * Reads one message; called when its first byte is there, under the message deadline and the limit.
     *
     * @throws java.io.EOFException at the end of the stream
     * @throws java.net.ProtocolException when what came is no message
     */
    T read(DataInputStream in) throws IOException;

    /**
     * Writes one message; it leaves as a whole, or not at all when this throws.
     *
     * @throws IllegalArgumentException when the message can't be written so that it is read again
     */
    void write(T message, DataOutputStream out) throws IOException;

    /** The most bytes one message may take before {@link java.net.ProtocolException}. */
    default int limit() {
        return DEFAULT_LIMIT;
    }

    /**
     * Whether {@link #read} keeps to the limit by itself, so that a message's bytes need not be counted again; default false. For framings whose
     * limit is not that of all the bytes they take, as when a header comes on top of a limited body.
     */
    default boolean countsItself() {
        return false;
    }

    /** This framing with another limit. */
    default Framing<T> limit(int bytes) {
        return new LimitedFraming<>(this, bytes);
    }

    /** This framing for messages of another type. */
    default <U> Framing<U> map(Function<? super T, ? extends U> decode, Function<? super U, ? extends T> encode) {
        return new MappedFraming<>(this, decode, encode, limit());
    }

    /**
     * UTF-8 lines ending in LF or CR LF; the end is not part of the line; LF is written. The last line may lack its end. A line to be written
     * must not contain LF nor end in CR.
     */
    static Framing<String> lines() {
        return BuiltInFraming.LINES;
    }

    /**
     * As {@link #lines()} in another charset; characters it lacks are written as its replacement, mostly {@code ?}.
     *
     * @throws IllegalArgumentException when a byte LF may be part of a character there (UTF-16, UTF-32, EBCDIC)
     */
    static Framing<String> lines(Charset charset) {
        return charset.equals(StandardCharsets.UTF_8) ? lines() : new BuiltInFraming<>(new LineCodec(charset, DEFAULT_LIMIT, false));
    }

    /**
     * Lines as bytes with their ends, for protocols that tell CR LF from LF or are no text (Python's {@code rfile.readline()}): each up to and
     * with its LF; the last one may lack it. The limit is that of line and end. A line to be written has its LF at its end, or, if nothing
     * follows it, none.
     */
    static Framing<byte[]> rawLines() {
        return new BuiltInFraming<>(new RawLineCodec(DEFAULT_LIMIT));
    }

    /**
     * Text as it arrives, at most the limit's bytes of it (or one character); a character cut by the network waits for its rest, bytes that
     * are no text become U+FFFD (in UTF-8 the same ones however the network cut them), characters that the charset lacks are written as its
     * replacement.
     *
     * @throws IllegalArgumentException for a charset with shift states (ISO-2022), whose meaning depends on what was read before
     */
    static Framing<String> text(Charset charset) {
        return new BuiltInFraming<>(new TextCodec(charset, DEFAULT_LIMIT));
    }

    /** Bytes as they arrive, at most the limit's number of them. */
    static Framing<byte[]> chunks() {
        return new BuiltInFraming<>(new ChunkCodec(DEFAULT_LIMIT));
    }

    /** Messages that end in a delimiter, taken as UTF-8; it is not part of the message and must not stand in one. */
    static Framing<byte[]> delimited(String delimiter) {
        return delimited(delimiter.getBytes(StandardCharsets.UTF_8));
    }

    /** Messages that end in a delimiter; it is not part of the message and must not stand in one. */
    static Framing<byte[]> delimited(byte[] delimiter) {
        return new BuiltInFraming<>(new DelimitedCodec(delimiter, DEFAULT_LIMIT));
    }

    /**
     * A big-endian unsigned length of 1, 2, 3, 4 or 8 bytes, then the body.
     *
     * @throws IllegalArgumentException for another width
     */
    static Framing<byte[]> lengthPrefixed(int width) {
        return new BuiltInFraming<>(new LengthCodec(width, DEFAULT_LIMIT));
    }

    /** A length as a protobuf varint of at most 10 bytes, then the body. */
    static Framing<byte[]> varintPrefixed() {
        return new BuiltInFraming<>(new VarintCodec(DEFAULT_LIMIT));
    }

    /** Messages of one length, at least 1 byte. */
    static Framing<byte[]> fixed(int length) {
        return new BuiltInFraming<>(new FixedCodec(length));
    }
}
