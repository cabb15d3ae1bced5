package dev.weft.net.tls;

import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weft.net.spi.StreamChannel;
import org.jspecify.annotations.Nullable;

/**
 * The outgoing side of TLS: records encrypted, and those the inner channel has not taken yet.
 *
 * <p>A lock guards it, as the reader also has to answer at times (key updates, alerts). No thread waits while it holds the lock. An answer
 * that the peer does not take now leaves with the next read, write or flush.
 */
final class TlsOutbound {
    /** Only answers that the peer asks for and does not take become more than this. */
    private static final int MAX_HELD = 64 * 1024;

    private final StreamChannel inner;
    private final SSLEngine engine;
    private final ReentrantLock lock = new ReentrantLock();
    /** What the inner channel has not taken; null when nothing. */
    @GuardedBy("lock")
    private @Nullable ByteBuffer held;
    private volatile boolean ended;

    TlsOutbound(StreamChannel inner, SSLEngine engine) {
        this.inner = inner;
        this.engine = engine;
    }

    /** Whether we have ended this direction. */
    boolean ended() {
        return ended;
    }

    /** Encrypts and hands over what the inner channel takes, and at most a record more. */
    void write(ByteBuffer source) throws IOException {
        lock.lock();
        try {
            push();
            for (int i = 0; i < TlsChannel.RECORDS_PER_CALL && source.hasRemaining() && held == null; i++) {
                var result = wrap(source);
                push();
                if (result.getStatus() == Status.CLOSED) {
                    throw new SocketException(ended ? "Socket output is shutdown" : "the peer has ended the TLS 1.2 connection, both ways");
                }
                if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
                    TlsChannel.runTasks(engine);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether the inner channel has taken all. */
    boolean flush() throws IOException {
        lock.lock();
        try {
            return push();
        } finally {
            lock.unlock();
        }
    }

    /** Ends this direction with close_notify, behind what is held; sends no more than the inner channel takes. */
    void end() throws SSLException {
        ended = true;
        engine.closeOutbound();
        answer();
    }

    /** Sends the engine's own messages, as far as the inner channel takes them; if that is broken, the next write or read fails. */
    void answer() throws SSLException {
        lock.lock();
        try {
            var produced = 1;
            while (produced > 0 && engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                produced = wrap(ByteBuffer.allocate(0)).bytesProduced();
            }
            pushIfFree();
        } finally {
            lock.unlock();
        }
    }

    /** Sends what is held, unless another thread has the lock: that thread then sends it, and gets the failure if there is one. */
    void pushIfFree() {
        if (lock.tryLock()) {
            try {
                if (held != null) {
                    push();
                }
            } catch (IOException e) {
                // The peer takes nothing more; what it has sent can still be read.
            } finally {
                lock.unlock();
            }
        }
    }

    /** Encrypts a record behind what is held. */
    @GuardedBy("lock")
    private SSLEngineResult wrap(ByteBuffer from) throws SSLException {
        var packet = engine.getSession().getPacketBufferSize();
        var out = held == null ? TlsBuffers.lease(packet) : held.compact();
        try {
            if (out.position() > MAX_HELD) {
                throw new SSLException("the peer asks for answers and does not take them");
            }
            if (out.remaining() < packet) {
                out = ByteBuffer.allocate(out.position() + packet).put(out.flip());
            }
            return engine.wrap(from, out);
        } finally {
            held = out.flip();
        }
    }

    /** Hands over what is held; true when the inner channel has taken all of it. */
    @GuardedBy("lock")
    private boolean push() throws IOException {
        var out = held;
        if (out != null) {
            while (out.hasRemaining()) {
                var n = inner.write(out.array(), out.arrayOffset() + out.position(), out.remaining());
                if (n == 0) {
                    return false;
                }
                out.position(out.position() + n);
            }
            held = null;
            TlsBuffers.release(out);
        }
        return inner.flush();
    }
}
