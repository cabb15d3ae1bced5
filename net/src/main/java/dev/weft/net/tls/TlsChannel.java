package dev.weft.net.tls;

import java.io.IOException;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

import dev.weft.net.Address;
import dev.weft.net.spi.StreamChannel;
import org.jspecify.annotations.Nullable;

/**
 * A byte stream inside TLS, over any other channel.
 *
 * <p>First {@link #handshakeStep} and {@link #awaitHandshake} in turn, by one thread, until the handshake is complete; from then on
 * one thread may read while another one writes. No thread waits while it holds a lock, and the reader's lock is taken before the writer's,
 * so there is no deadlock.
 *
 * <p>The end of the inner stream without close_notify is an {@link SSLException}: what came may be cut short (RFC 8446, 6.1). OpenSSL 3
 * and Go say so too; a caller may ignore it. {@link #shutdownOutput} sends close_notify and leaves TCP's own half open, as Go's
 * CloseWrite does: in TLS 1.3 reading goes on, in TLS 1.2 the peer answers with its own close_notify at once, and so does this side when
 * the peer is first.
 *
 * <p>Renegotiation, which only TLS 1.2 has, is refused: with it a hostile peer causes much work, and nothing needs it.
 */
public final class TlsChannel implements StreamChannel {
    /** A call returns after this many records, so that a peer that sends without end delays neither deadlines nor other threads. */
    static final int RECORDS_PER_CALL = 32;

    private enum Wait {
        NOTHING, READABLE, WRITABLE
    }

    private final StreamChannel inner;
    private final SSLEngine engine;
    private final TlsOutbound outbound;
    private final TlsInbound inbound;
    /** Held during a read, so that {@link #close} does not read at the same time. */
    private final ReentrantLock reading = new ReentrantLock();

    private volatile boolean begun;
    private volatile boolean up;
    private volatile boolean closed;
    private volatile @Nullable SSLException failure;
    private Wait handshakeWait = Wait.NOTHING;

    /** Over a channel that is connected; the engine knows which side it is. */
    public TlsChannel(StreamChannel inner, SSLEngine engine) {
        this.inner = inner;
        this.engine = engine;
        this.outbound = new TlsOutbound(inner, engine);
        this.inbound = new TlsInbound(inner, engine, outbound);
    }

    /**
     * Does all of the handshake that is possible without waiting; its computations run in this thread.
     *
     * @return true when it is complete, and our last part of it has left
     * @throws SSLException when it failed; an alert was sent if the socket took it
     */
    public boolean handshakeStep() throws IOException {
        checkUsable();
        try {
            if (!begun) {
                engine.beginHandshake();
                begun = true;
            }
            for (int i = 0; i < RECORDS_PER_CALL; i++) {
                if (!outbound.flush()) {
                    handshakeWait = Wait.WRITABLE;
                    return false;
                }
                if (up) {
                    return true;
                }
                switch (engine.getHandshakeStatus()) {
                    case NEED_TASK -> runTasks(engine);
                    case NEED_WRAP -> outbound.answer();
                    case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                        if (!inbound.handshakeStep()) {
                            handshakeWait = Wait.READABLE;
                            return false;
                        }
                    }
                    case FINISHED, NOT_HANDSHAKING -> up = true;
                }
            }
            handshakeWait = Wait.NOTHING;
            return false;
        } catch (SSLException e) {
            throw failed(e);
        }
    }

    /** Waits for what the handshake needs next; may return for no reason, or by {@link #wake}. */
    public void awaitHandshake() throws IOException {
        switch (handshakeWait) {
            case READABLE -> inner.awaitReadable();
            case WRITABLE -> inner.awaitWritable();
            case NOTHING -> {}
        }
    }

    /** The session, with the peer's certificate and the cipher suite; meaningful once the handshake is complete. */
    public SSLSession session() {
        return engine.getSession();
    }

    /** The application protocol that both sides agreed on (ALPN); empty if there is none. */
    public String applicationProtocol() {
        var agreed = engine.getApplicationProtocol();
        return agreed == null ? "" : agreed;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        checkUp();
        outbound.pushIfFree();
        int n;
        reading.lock();
        try {
            n = inbound.read(ByteBuffer.wrap(into, offset, length));
        } catch (SSLException e) {
            throw failed(e);
        } finally {
            reading.unlock();
        }
        if (n == TlsInbound.TRUNCATED) {
            // Not a failure of the engine: writing may go on.
            throw new SSLException("TLS with " + remote() + ": the peer ended the connection without close_notify (truncated)");
        }
        return n;
    }

    @Override
    public int write(byte[] from, int offset, int length) throws IOException {
        checkUp();
        var source = ByteBuffer.wrap(from, offset, length);
        try {
            outbound.write(source);
        } catch (SSLException e) {
            throw failed(e);
        }
        return source.position() - offset;
    }

    @Override
    public boolean flush() throws IOException {
        return outbound.flush();
    }

    @Override
    public void awaitReadable() throws IOException {
        outbound.pushIfFree();
        if (!inbound.ready()) {
            inner.awaitReadable();
        }
    }

    @Override
    public void retryWrite() {
        inner.retryWrite();
    }

    @Override
    public long unacknowledged() {
        return inner.unacknowledged();
    }

    @Override
    public void awaitWritable() throws IOException {
        inner.awaitWritable();
    }

    /** Queues close_notify behind what is held; it has left when {@link #flush} returns true. */
    @Override
    public void shutdownOutput() throws IOException {
        checkUp();
        outbound.end();
    }

    /** Sends close_notify if the socket takes it now. */
    @Override
    public void close() {
        var first = !closed;
        closed = true;
        if (first && begun) {
            takeUnreadTickets();
            try {
                outbound.end();
            } catch (SSLException e) {
                // The peer will see a truncation.
            }
        }
        inner.close();
    }

    /**
     * A client that only writes has never read the session tickets of a TLS 1.3 server; left in the socket, they would turn its close into
     * a reset, which loses what is still on its way (tcp(7)). Unread data of the application still cause a reset, as they do without TLS.
     */
    private void takeUnreadTickets() {
        if (up && failure == null && reading.tryLock()) {
            try {
                if (inbound.allTaken()) {
                    inbound.read(ByteBuffer.allocate(1));
                }
            } catch (IOException e) {
                // The connection is closed anyway.
            } finally {
                reading.unlock();
            }
        }
    }

    @Override
    public void abort() {
        closed = true;
        inner.abort();
    }

    /** Runs the handshake's computations in this thread. */
    static void runTasks(SSLEngine engine) {
        for (var task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    /** Sends the alert if the socket takes it now, and returns the failure in words. */
    private SSLException failed(SSLException e) {
        var before = failure;
        if (before != null) {
            return before;
        }
        var told = TlsFailure.explain(e, remote(), up ? new byte[0] : inbound.undecrypted());
        failure = told;
        try {
            outbound.end();
        } catch (SSLException unsent) {
            told.addSuppressed(unsent);
        }
        return told;
    }

    private void checkUsable() throws IOException {
        if (closed) {
            throw new SocketException("Socket closed");
        }
        var before = failure;
        if (before != null) {
            throw new SSLException(before.getMessage(), before);
        }
    }

    private void checkUp() throws IOException {
        checkUsable();
        if (!up) {
            throw new IllegalStateException("the TLS handshake is not complete");
        }
    }

    @Override
    public boolean finishConnect() throws IOException {
        return inner.finishConnect();
    }

    @Override
    public void wake() {
        inner.wake();
    }

    @Override
    public boolean draining() {
        return inner.draining();
    }

    @Override
    public Address local() {
        return inner.local();
    }

    @Override
    public Address remote() {
        return inner.remote();
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return inner.supportedOptions();
    }

    @Override
    public <T> void option(SocketOption<T> option, T value) throws IOException {
        inner.option(option, value);
    }

    @Override
    public <T> T option(SocketOption<T> option) throws IOException {
        return inner.option(option);
    }

    @Override
    public OptionalInt fileno() {
        return inner.fileno();
    }
}
