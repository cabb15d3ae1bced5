package dev.weft.net;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLSession;

import dev.weft.net.serve.Request;
import dev.weft.net.spi.StreamChannel;
import dev.weft.net.support.Moments;
import dev.weft.net.tls.TlsChannel;
import dev.weft.net.wire.ConnectionCore;
import dev.weft.net.wire.ConnectionInput;
import dev.weft.net.wire.ConnectionOutput;

/**
 * One end of a connection, accepted or dialed.
 *
 * <p>It owns the only read buffer and the only write order; every view below reads and writes through it, holds no bytes, and may be
 * mixed with the others. One thread reads at a time; any number may write, and whole calls never interleave. When {@code send}
 * returns, the system has the bytes; {@link Frames#write} may gather.
 *
 * <p>A blocked call ends when its deadline passes ({@link SocketTimeoutException}), when its thread is interrupted
 * ({@link java.io.InterruptedIOException}; the connection stays open, the interrupt is cleared, and the rest of a write that had begun
 * follows by itself), or when the connection is closed here, by any thread ({@link SocketException}).
 */
public final class Connection implements Closeable {
    private final ConnectionCore core;

    /** {@code peerName} is what the peer was called when it was dialed, which its certificate must name. */
    Connection(StreamChannel channel, boolean accepted, String peerName, Deadlines deadlines, TimeSource time) {
        core = new ConnectionCore(channel, accepted, peerName, deadlines, time);
    }

    /** What Weft itself needs to know of it. */
    ConnectionCore core() {
        return core;
    }

    /** A connection to be made to a TCP server; "localhost" is 127.0.0.1. */
    public static ConnectionBuilder to(String host, int port) {
        return to(Address.of(host, port));
    }

    /** A connection to be made to a Unix socket. */
    public static ConnectionBuilder to(Path socket) {
        return to(Address.unix(socket));
    }

    /** A connection to be made to any address, in-memory servers included. The address 0.0.0.0 means this machine. */
    public static ConnectionBuilder to(Address address) {
        return new ConnectionBuilder(address.isAny() ? Address.of("127.0.0.1", address.port()) : address);
    }

    /**
     * The connection this thread serves.
     *
     * @throws IllegalStateException outside a handler
     */
    public static Connection current() {
        if (Request.current().map(Request::subject).orElse(null) instanceof Connection connection) {
            return connection;
        }
        throw new IllegalStateException("no connection is being served on thread " + Thread.currentThread().getName());
    }

    /** Unique in this process, in order of opening. */
    public long id() {
        return core.id();
    }

    /** This end. */
    public Address local() {
        return core.channel().local();
    }

    /** The other end (socketserver's client_address); {@code unix:} for a Unix peer that bound no path (SPEC SS-48). */
    public Address remote() {
        return core.remote();
    }

    /** Present once TLS is up. */
    public Optional<SSLSession> tls() {
        return core.channel() instanceof TlsChannel tls ? Optional.of(tls.session()) : Optional.empty();
    }

    /** The protocol that both sides agreed on through ALPN. */
    public Optional<String> protocol() {
        return core.channel() instanceof TlsChannel tls && !tls.applicationProtocol().isEmpty()
                ? Optional.of(tls.applicationProtocol())
                : Optional.empty();
    }

    /** A socket option of this connection, {@code java.net.StandardSocketOptions.TCP_NODELAY} for example. */
    public <T> void option(SocketOption<T> option, T value) throws IOException {
        core.channel().option(option, value);
    }

    /** The value of a socket option: {@code jdk.net.ExtendedSocketOptions.SO_PEERCRED} tells who a Unix peer is. */
    public <T> T option(SocketOption<T> option) throws IOException {
        return core.channel().option(option);
    }

    /** What has arrived, at most {@code max} bytes, waiting for the first (recv); empty at the end of the stream. */
    public byte[] receive(int max) throws IOException {
        return core.inbound().receive(max);
    }

    /** Sends all of it (sendall): never a part, whatever its size (SPEC SS-43). */
    public void send(byte[] bytes) throws IOException {
        core.outbound().send(bytes, 0, bytes.length);
    }

    /** Sends a text in UTF-8, as it is: a line's end is the caller's to add. */
    public void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The incoming bytes for everything in the JDK that reads a stream (rfile); it reads nothing ahead of its caller. Closing it closes nothing. */
    public InputStream input() {
        return new ConnectionInput(core.inbound());
    }

    /** The outgoing bytes, unbuffered like a socket's (wfile): a write has left when it returns. Closing it ends the outgoing half. */
    public OutputStream output() {
        return new ConnectionOutput(core, core.outbound());
    }

    /**
     * The next UTF-8 line without its end, LF or CR LF, of 1 MiB at most; the last one may lack it (SPEC SS-45).
     *
     * @throws java.io.EOFException when there is none
     */
    public String readLine() throws IOException {
        return lines().read();
    }

    /** This connection as UTF-8 lines. */
    public Frames<String> lines() {
        return frames(Framing.lines());
    }

    /** This connection as messages. */
    public <T> Frames<T> frames(Framing<T> framing) {
        return new Frames<>(core, framing);
    }

    /** This connection as a file of text, as Python's {@code makefile} gives it (SPEC CH-12). */
    public TextFile text(Charset charset) {
        return new TextFile(this, charset, Framing.DEFAULT_LIMIT);
    }

    /**
     * Waits for the first byte of the next message, under the idle deadline; the message's own deadline runs from then until the next call.
     * {@link Frames} call it themselves, and hand-written parsers may.
     *
     * @return false at the end of the stream, or when the server drains and nothing more has come; a connection that has just been accepted may
     *     then still begin its first message, for as long as {@link Deadlines#first} says
     */
    public boolean awaitMessage() throws IOException {
        return core.inbound().awaitMessage();
    }

    /**
     * As {@link #awaitMessage()}, for so long at most; the deadlines in force hold as well.
     *
     * @param limit zero means no limit
     * @throws SocketTimeoutException when nothing came by then; the connection is as it was
     * @throws IllegalArgumentException when the limit is negative
     */
    public boolean awaitMessage(Duration limit) throws IOException {
        return core.inbound().awaitMessage(Moments.checkLimit("awaitMessage", limit));
    }

    /** The deadlines in force. */
    public Deadlines deadlines() {
        return core.deadlines();
    }

    /** Replaces the deadlines, from the next wait on. */
    public void deadlines(Deadlines deadlines) {
        core.deadlines(deadlines);
    }

    /**
     * Turns TLS on in place (STARTTLS), as the server on an accepted connection and as the client on a dialed one; writes of other threads
     * wait until it is up. To be called by the thread that reads.
     *
     * @throws ProtocolException when bytes that came in plaintext are still unread: a man in the middle may have put them there
     * @throws SocketTimeoutException when the handshake takes longer than its deadline
     * @throws javax.net.ssl.SSLException when the peer and we can't agree or don't trust each other; the connection is then of no use
     */
    public void startTls(Tls tls) throws IOException {
        TlsUpgrade.start(core, tls);
    }

    /** Ends the outgoing half: the peer sees the end of the stream; this side can still read. */
    public void shutdownOutput() throws IOException {
        core.outbound().shutdown();
    }

    /** True once the server drains: finish what is begun, then return. */
    public boolean draining() {
        return core.draining();
    }

    /**
     * Ends the messages of this connection, as a drain of its server does: {@link #awaitMessage} returns false where no further message has
     * come, {@link #draining} is true, and what was begun may finish. Nothing is closed. Idempotent.
     */
    public void drain() {
        core.drain(core.time().nanoTime());
    }

    /**
     * Drops the connection at once, unsent bytes included: the peer sees a reset. Threads that are blocked on it go on with an exception.
     * Idempotent.
     */
    public void abort() {
        core.abort("aborted");
    }

    /**
     * Sends what was gathered and what stands in the write order, waiting for the peer as long as the write deadline allows, then closes.
     * Idempotent; a second call, and one from another thread meanwhile, returns at once.
     */
    @Override
    public void close() {
        core.close();
    }

    /** False once it was closed or aborted here. */
    public boolean isOpen() {
        return core.isOpen();
    }

    /** Bytes that have come so far, read or not; under TLS those of the plain text. */
    public long bytesIn() {
        return core.inbound().received();
    }

    /** Bytes that the system has taken from us so far, whether or not they have arrived; under TLS those of the plain text. */
    public long bytesOut() {
        return core.outbound().order().sent();
    }

    /**
     * Whether a failure, or one in its chain of causes, is the peer's doing as far as this connection knows: a reset, the end of the stream
     * inside a message, a message that is malformed or too long, a deadline that passed, a TLS handshake that failed. Such failures are
     * expected on a network, and are logged in one line; all others are the handler's, those of its other connections included. To be asked
     * while the failure is handled: a connection remembers its latest ones only.
     */
    public boolean causedByPeer(Throwable failure) {
        return core.causedByPeer(failure);
    }

    /**
     * Says that a failure is the peer's doing, for parsers and protocols of one's own, and returns it, to be thrown:
     * {@code throw c.blame(new ProtocolException("no such command"))}.
     */
    public <T extends Throwable> T blame(T failure) {
        return core.blame(failure);
    }

    /** {@code tcp 127.0.0.1:43684 -> 127.0.0.1:9999, 12 s, 120 B in, 80 B out}: from the peer to us when accepted. */
    @Override
    public String toString() {
        var from = core.accepted() ? remote() : local();
        var to = core.accepted() ? local() : remote();
        var scheme = remote().kind() == Address.Kind.INET ? "tcp " : "";
        return "%s%s -> %s, %d s, %d B in, %d B out".formatted(scheme, from, to, core.age().toSeconds(), bytesIn(), bytesOut());
    }
}
