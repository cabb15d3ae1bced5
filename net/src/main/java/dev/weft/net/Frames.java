package dev.weft.net;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Consumer;

import dev.weft.net.spi.ArrayCodec;
import dev.weft.net.spi.ArrayDecoder;
import dev.weft.net.support.Moments;
import dev.weft.net.wire.ConnectionCore;
import dev.weft.net.wire.EncodeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A connection seen as messages. It holds no bytes: two views of one connection never take from each other.
 *
 * <p>A message written by the thread that reads is gathered while requests already received are still unread, and leaves at the latest just
 * before a read would block; any other write leaves at once.
 *
 * @param <T> the type of a message
 */
public final class Frames<T> implements Iterable<T> {
    private final ConnectionCore core;
    private final Framing<T> framing;
    /** What decodes from the connection's buffer; null where the framing can't. */
    private final @Nullable ArrayDecoder<T> decoder;
    /** What encodes into the buffer that is sent; null where the framing can't. */
    private final @Nullable ArrayCodec<T> encoder;
    private @Nullable FrameInput in;
    private final long limit;

    Frames(ConnectionCore core, Framing<T> framing) {
        this.core = core;
        this.framing = framing;
        decoder = ArrayCodecs.decoder(framing);
        encoder = ArrayCodecs.of(framing);
        limit = framing.countsItself() ? Long.MAX_VALUE : framing.limit();
    }

    /**
     * The next message, under the idle deadline until its first byte and the message deadline until its last.
     *
     * @throws EOFException when there is none: the peer has ended between two messages, or the server drains
     * @throws ProtocolException when the framing can't be obeyed: too long, malformed, or the end of the stream inside a message
     */
    public T read() throws IOException {
        return read(Duration.ZERO);
    }

    /**
     * As {@link #read()}, but waits for the message's first byte for so long at most; the deadlines in force hold as well.
     *
     * @param limit zero means no limit
     * @throws java.net.SocketTimeoutException when nothing came by then; the connection is as it was
     * @throws IllegalArgumentException when the limit is negative
     */
    public T read(Duration limit) throws IOException {
        if (!awaitMessage(Moments.checkLimit("read", limit))) {
            throw core.inbound().noMessage();
        }
        return message();
    }

    /**
     * The next message, as {@link #read} waits for it, and with it those that have arrived whole, at most so many together; for threads that hand
     * messages on. What {@link #read} would throw for a later one is thrown when those before it have been taken.
     *
     * @return how many were taken, at least one
     */
    public int readMany(int most, Consumer<? super T> taken) throws IOException {
        taken.accept(read());
        var n = 1;
        if (decoder != null) {
            var inbound = core.inbound();
            for (; n < most && inbound.available() > 0; n++) {
                var length = inbound.length(decoder);
                if (length <= 0 || length > inbound.available() || !inbound.awaitMessage()) {
                    break;
                }
                taken.accept(inbound.decode(decoder, length));
            }
        }
        return n;
    }

    /**
     * Each message until the end of the stream, a drain, or our own close; one pass at a time.
     *
     * <p>The iterator throws {@link UncheckedIOException} around whatever {@link #read} throws.
     */
    @Override
    public Iterator<T> iterator() {
        return new Iterator<>() {
            private boolean ready;

            @Override
            public boolean hasNext() {
                if (!ready) {
                    try {
                        ready = hasMore();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
                return ready;
            }

            @Override
            public T next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                ready = false;
                try {
                    return message();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
    }

    /** Waits for the first byte of a further message; false at the end of the stream, at a drain, and when this side has closed. */
    boolean hasMore() throws IOException {
        try {
            return core.isOpen() && awaitMessage(Duration.ZERO);
        } catch (IOException e) {
            if (core.isOpen()) {
                throw e;
            }
            return false;
        }
    }

    /** Writes one message. */
    public void write(T message) throws IOException {
        core.outbound().frame(out -> encode(framing, encoder, message, out));
    }

    /** Writes many messages in one go; other threads' writes do not come between if all are together shorter than 64 KiB. */
    public void writeAll(Iterable<? extends T> messages) throws IOException {
        var each = messages.iterator();
        core.outbound().frames(out -> {
            if (!each.hasNext()) {
                return false;
            }
            encode(framing, encoder, each.next(), out);
            return true;
        });
    }

    /** Sends what was gathered: call it before waiting for anything but this connection. */
    public void flush() throws IOException {
        core.outbound().flush();
    }

    /** Nothing but the view itself is kept while it waits: most connections wait most of the time. */
    private boolean awaitMessage(Duration limit) throws IOException {
        if (core.inbound().available() == 0) {
            in = null;
        }
        return core.inbound().awaitMessage(limit);
    }

    /** The next message if all of it has come; else null. */
    @Nullable
    T arrived() throws IOException {
        var inbound = core.inbound();
        if (decoder == null || inbound.available() == 0) {
            return null;
        }
        var length = inbound.length(decoder);
        return length > 0 && length <= inbound.available() ? inbound.decode(decoder, length) : null;
    }

    /** Whether the length of the message is known of which a part has come. */
    boolean lengthKnown() {
        return decoder != null && core.inbound().length(decoder) > 0;
    }

    /** The message whose first byte has come. */
    T message() throws IOException {
        var inbound = core.inbound();
        if (decoder != null) {
            var length = inbound.length(decoder);
            if (length > 0 && length <= inbound.available()) {
                return inbound.decode(decoder, length);
            }
        }
        var input = in;
        if (input == null) {
            input = new FrameInput(inbound);
            in = input;
        }
        input.begin(limit);
        try {
            return framing.read(input);
        } catch (EOFException e) {
            var broken = new ProtocolException(core.remote() + ": the stream ended inside a message");
            broken.initCause(e);
            throw inbound.malformed(broken);
        } catch (IOException e) {
            throw inbound.malformed(e);
        } finally {
            inbound.endMessage();
        }
    }

    /** Adds a message to a buffer; {@code direct} is the framing's codec for arrays, if it has one. */
    static <T> void encode(Framing<T> framing, @Nullable ArrayCodec<T> direct, T message, EncodeBuffer out) throws IOException {
        if (direct != null) {
            var length = direct.length(message);
            direct.encode(message, out.room(length), out.size());
            out.filled(length);
        } else {
            framing.write(message, out.data());
        }
    }
}
