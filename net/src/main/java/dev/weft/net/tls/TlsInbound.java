package dev.weft.net.tls;

import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

import dev.weft.net.spi.StreamChannel;
import org.jspecify.annotations.Nullable;

/**
 * The incoming side of TLS: records that came, and what is decrypted of them; one thread at a time.
 *
 * <p>Both buffers are null when empty, so an idle connection has none.
 */
final class TlsInbound {
    /** The inner channel has ended, and the peer has not sent close_notify. */
    static final int TRUNCATED = -2;
    /** Type, version, length: RFC 8446, 5.1. */
    private static final int HEADER = 5;

    private final StreamChannel inner;
    private final SSLEngine engine;
    private final TlsOutbound outbound;
    private @Nullable ByteBuffer ciphertext;
    private @Nullable ByteBuffer plaintext;
    private @Nullable SSLException pending;
    private boolean ended;

    TlsInbound(StreamChannel inner, SSLEngine engine, TlsOutbound outbound) {
        this.inner = inner;
        this.engine = engine;
        this.outbound = outbound;
    }

    /** Whether a read returns bytes, the end or a failure without the inner channel. */
    boolean ready() {
        return plaintext != null || pending != null || ended || recordHasCome();
    }

    /** Whether everything that is decrypted has been read. */
    boolean allTaken() {
        return plaintext == null;
    }

    /** Decrypts what has come, into all of the room if that much is there: how many bytes, 0 when none, -1 at the end, or TRUNCATED. */
    int read(ByteBuffer room) throws IOException {
        var start = room.position();
        try {
            takePlaintext(room);
            for (int i = 0; i < TlsChannel.RECORDS_PER_CALL && room.hasRemaining() && !ended; i++) {
                if (pending != null) {
                    throw pending;
                }
                if (recordHasCome()) {
                    unwrap(room);
                } else if (room.position() > start) {
                    break;
                } else {
                    var n = fill();
                    if (n <= 0) {
                        return n == 0 ? 0 : TRUNCATED;
                    }
                }
            }
        } catch (SSLException e) {
            // What was decrypted before the failure is returned first; the next read throws.
            pending = e;
            if (room.position() == start) {
                throw e;
            }
        } finally {
            releaseEmpty();
        }
        var n = room.position() - start;
        return n == 0 && ended ? -1 : n;
    }

    /** Does one step of the handshake with what has come; false when that is too little and no more is there. */
    boolean handshakeStep() throws IOException {
        try {
            if (incoming().hasRemaining()) {
                var status = engine.unwrap(incoming(), ByteBuffer.allocate(0)).getStatus();
                if (status == Status.CLOSED) {
                    throw new SSLHandshakeException("the peer ended the connection during the handshake");
                }
                if (status == Status.OK) {
                    return true;
                }
            }
            var n = fill();
            if (n < 0) {
                throw new SSLHandshakeException("the peer closed the connection during the handshake");
            }
            return n > 0;
        } finally {
            releaseEmpty();
        }
    }

    /** The first bytes that are not decrypted, at most 16. */
    byte[] undecrypted() {
        var in = ciphertext;
        if (in == null) {
            return new byte[0];
        }
        var bytes = new byte[Math.min(in.remaining(), 16)];
        in.get(in.position(), bytes);
        return bytes;
    }

    /** Decrypts a record into the caller's room, or beside it when it might not fit. */
    private void unwrap(ByteBuffer room) throws IOException {
        var in = incoming();
        var result = engine.unwrap(in, room);
        if (result.getStatus() == Status.BUFFER_OVERFLOW) {
            var beside = TlsBuffers.lease(engine.getSession().getPacketBufferSize());
            plaintext = beside;
            try {
                result = engine.unwrap(in, beside);
            } finally {
                beside.flip();
            }
            takePlaintext(room);
        }
        ended |= result.getStatus() == Status.CLOSED;
        var next = result.getHandshakeStatus();
        if (next == HandshakeStatus.NEED_TASK) {
            refuseRenegotiation();
            TlsChannel.runTasks(engine);
            outbound.answer();
        } else if (next == HandshakeStatus.NEED_WRAP) {
            if (!ended && !outbound.ended()) {
                refuseRenegotiation();
            }
            outbound.answer();
        }
    }

    /** In TLS 1.2 the engine has neither tasks nor output after the handshake, except for the end: anything else is a renegotiation. */
    private void refuseRenegotiation() throws SSLException {
        if (!engine.getSession().getProtocol().equals("TLSv1.3")) {
            throw new SSLHandshakeException("the peer asked for a new handshake (renegotiation), which is refused");
        }
    }

    /** Whether there is a record for the engine: a whole one, or a header that promises more than is allowed. */
    private boolean recordHasCome() {
        var in = ciphertext;
        if (in == null || in.remaining() < HEADER) {
            return false;
        }
        var length = HEADER + Short.toUnsignedInt(in.getShort(in.position() + 3));
        return in.remaining() >= length || length > engine.getSession().getPacketBufferSize();
    }

    private ByteBuffer incoming() {
        var in = ciphertext;
        if (in == null) {
            in = TlsBuffers.lease(engine.getSession().getPacketBufferSize()).limit(0);
            ciphertext = in;
        }
        return in;
    }

    /** Reads behind what came and is not a whole record. */
    private int fill() throws IOException {
        var in = incoming().compact();
        var largest = engine.getSession().getPacketBufferSize();
        if (in.capacity() < largest) { // the engine allows a peer's longer records once it saw one
            in = ByteBuffer.allocate(largest).put(in.flip());
            ciphertext = in;
        }
        var n = 0;
        try {
            n = inner.read(in.array(), in.arrayOffset() + in.position(), in.remaining());
        } finally {
            in.limit(in.position() + Math.max(n, 0)).position(0);
        }
        return n;
    }

    private void takePlaintext(ByteBuffer room) {
        var from = plaintext;
        if (from != null) {
            var n = Math.min(from.remaining(), room.remaining());
            room.put(from.slice(from.position(), n));
            from.position(from.position() + n);
            if (!from.hasRemaining()) {
                plaintext = null;
                TlsBuffers.release(from);
            }
        }
    }

    private void releaseEmpty() {
        var in = ciphertext;
        if (in != null && !in.hasRemaining()) {
            ciphertext = null;
            TlsBuffers.release(in);
        }
    }
}
