package dev.weft.net;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import javax.net.ssl.SSLSession;

import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.StreamChannel;
import dev.weft.net.spi.Transport;
import dev.weft.net.support.DeadlineTimer;
import dev.weft.net.support.Moments;
import dev.weft.net.tls.TlsChannel;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection, accepted or dialled.
 *
 * <p>It owns the only read buffer and the only write order; every view below reads and writes through it, keeps nothing of its own, and may
 * be mixed with the others. One thread reads at a time; any number may write, and whole calls never interleave. {@code send} has left when
 * it returns; {@link Frames#write} may gather.
 *
 * <p>A blocked call ends when its deadline passes ({@link SocketTimeoutException}), when its thread is interrupted
 * ({@link java.io.InterruptedIOException}; the connection stays open, the interrupt is cleared, and the rest of a write that had begun
 * follows by itself), or when the connection is closed here, by any thread ({@link SocketException}).
 */
public final class Connection implements Closeable {
    private static final AtomicLong IDS = new AtomicLong();

    /** Something that may fail as I/O does. */
    @FunctionalInterface
    interface Action {
        void run() throws IOException;
    }

    private enum State {
        OPEN, CLOSING, CLOSED
    }

    private final long id = IDS.incrementAndGet();
    private final boolean accepted;
    private final String peerName;
    private final TimeSource time;
    private final long opened;
    private final Inbound inbound = new Inbound(this);
    private final Outbound outbound = new Outbound(this);
    private final Address remote;
    private volatile State state = State.OPEN;
    private volatile StreamChannel channel;
    private volatile Deadlines deadlines;
    private volatile boolean draining;
    /** When the drain lets go also who has not sent anything yet, and since when this connection could. */
    private volatile long drainPatience = Moments.NEVER;
    private volatile long ready;
    private volatile boolean stamping;
    private volatile long lastProgress;
    private volatile String closedBecause = "";
    private @Nullable List<Consumer<Connection>> leavers;
    private volatile @Nullable Runnable drainer;
    private volatile @Nullable Origins origins;
    private volatile MemberNews memberNews = MemberNews.LOGGED;

    /** {@code peerName} is what the peer was called when it was dialled, which its certificate must name. */
    Connection(StreamChannel channel, boolean accepted, String peerName, Deadlines deadlines, TimeSource time) {
        this.channel = channel;
        this.accepted = accepted;
        this.peerName = peerName;
        this.deadlines = deadlines;
        this.time = time;
        remote = channel.remote();
        opened = time.nanoTime();
        lastProgress = opened;
        ready = opened;
    }

    /** A connection to be made to a TCP server; "localhost" is 127.0.0.1. */
    public static ConnectionBuilder to(String host, int port) {
        return to(Address.of(host, port));
    }

    /** A connection to be made to a Unix socket. */
    public static ConnectionBuilder to(Path socket) {
        return to(Address.unix(socket));
    }

    /** A connection to be made to any address, in-memory servers included. A server's every-interface address means this machine. */
    public static ConnectionBuilder to(Address address) {
        return new ConnectionBuilder(address.isAny() ? Address.of("127.0.0.1", address.port()) : address);
    }

    /**
     * The connection this thread serves.
     *
     * @throws IllegalStateException outside a handler
     */
    public static Connection current() {
        if (Request.current().orElse(null) instanceof StreamRequest request) {
            return request.connection();
        }
        throw new IllegalStateException("no connection is being served on thread " + Thread.currentThread().getName());
    }

    /** Unique in this process, in order of opening. */
    public long id() {
        return id;
    }

    /** This end. */
    public Address local() {
        return channel.local();
    }

    /** The other end (socketserver's client_address); {@code unix:} for a Unix peer that bound no path (SPEC SS-48). */
    public Address remote() {
        return remote;
    }

    /** Present once TLS is up. */
    public Optional<SSLSession> tls() {
        return channel instanceof TlsChannel tls ? Optional.of(tls.session()) : Optional.empty();
    }

    /** The protocol that both sides agreed on through ALPN. */
    public Optional<String> protocol() {
        return channel instanceof TlsChannel tls && !tls.applicationProtocol().isEmpty()
                ? Optional.of(tls.applicationProtocol())
                : Optional.empty();
    }

    /** A socket option of this connection, {@code java.net.StandardSocketOptions.TCP_NODELAY} for example. */
    public <T> void option(SocketOption<T> option, T value) throws IOException {
        channel.option(option, value);
    }

    /** The value of a socket option: {@code jdk.net.ExtendedSocketOptions.SO_PEERCRED} tells who a Unix peer is. */
    public <T> T option(SocketOption<T> option) throws IOException {
        return channel.option(option);
    }

    /** What has arrived, at most {@code max} bytes, waiting for the first (recv); empty at the end of the stream. */
    public byte[] receive(int max) throws IOException {
        return inbound.receive(max);
    }

    /** Sends all of it (sendall): never a part, whatever its size (SPEC SS-43). */
    public void send(byte[] bytes) throws IOException {
        outbound.send(bytes, 0, bytes.length);
    }

    /** Sends a text in UTF-8, as it is: a line's end is the caller's to add. */
    public void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The incoming bytes for everything in the JDK that reads a stream (rfile); it reads nothing ahead of its caller. Closing it closes nothing. */
    public InputStream input() {
        return new ConnectionInput(inbound);
    }

    /** The outgoing bytes, unbuffered like a socket's (wfile): a write has left when it returns. Closing it ends the outgoing half. */
    public OutputStream output() {
        return new ConnectionOutput(this, outbound);
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
        return new Frames<>(this, framing);
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
        return inbound.awaitMessage();
    }

    /** The deadlines in force. */
    public Deadlines deadlines() {
        return deadlines;
    }

    /** Replaces the deadlines, from the next wait on. */
    public void deadlines(Deadlines deadlines) {
        this.deadlines = deadlines;
    }

    /**
     * Turns TLS on in place (STARTTLS), as the server on an accepted connection and as the client on a dialled one; writes of other threads
     * wait until it is up. To be called by the thread that reads.
     *
     * @throws ProtocolException when bytes that came in plaintext are still unread: a man in the middle may have put them there
     * @throws SocketTimeoutException when the handshake takes longer than its deadline
     * @throws javax.net.ssl.SSLException when the peer and we can't agree or don't trust each other; the connection is then of no use
     */
    public void startTls(Tls tls) throws IOException {
        if (inbound.available() > 0) {
            throw blame(new ProtocolException(remote + ": " + inbound.available() + " bytes came in plaintext behind the request for TLS"));
        }
        if (channel instanceof TlsChannel) {
            throw new ProtocolException(remote + ": TLS is already on");
        }
        outbound.flush();
        outbound.order().secure(() -> handshake(tls, deadlines.handshake()));
    }

    /** As startTls, for TLS that was ordered with the connection: nobody has written yet. */
    void secure(Tls tls, Duration limit) throws IOException {
        outbound.order().secure(() -> handshake(tls, limit));
    }

    private void handshake(Tls tls, Duration limit) throws IOException {
        var began = time.nanoTime();
        var secure = new TlsChannel(channel, tls.engine(!accepted, peerName, remote.port()));
        try {
            until(limit, "the TLS handshake with ", secure::handshakeStep, secure::awaitHandshake);
        } catch (IOException e) {
            throw explain(e);
        }
        channel = secure;
        ready = time.nanoTime();
        Events.handshake(this, secure.session(), time.nanoTime() - began);
    }

    /** Ends the outgoing half; the peer reads to its end, and reading goes on here. */
    public void shutdownOutput() throws IOException {
        outbound.shutdown();
    }

    /** True once the server drains: finish what is begun, then return. */
    public boolean draining() {
        return draining || channel.draining();
    }

    /**
     * Ends the messages of this connection, as a drain of its server does: {@link #awaitMessage} returns false where no further message has
     * come, {@link #draining} is true, and what was begun may finish. Nothing is closed. Idempotent.
     */
    public void drain() {
        drain(time.nanoTime());
    }

    /** Drops the connection at once, unsent bytes included: the peer sees a reset. Whoever is blocked on it is told. Idempotent. */
    public void abort() {
        abort("aborted");
    }

    /**
     * Sends what was gathered and what stands in the write order, waiting for the peer as long as the write deadline allows, then closes.
     * Idempotent; a second call, and one from another thread meanwhile, returns at once.
     */
    @Override
    public void close() {
        if (advance(State.CLOSING)) {
            try {
                outbound.finish();
            } finally { // whatever fails there, the descriptor is free
                end("closed", false);
            }
        }
    }

    /** False once it was closed or aborted here. */
    public boolean isOpen() {
        return state != State.CLOSED;
    }

    /** {@code tcp 127.0.0.1:43684 -> 127.0.0.1:9999, 12 s, 120 B in, 80 B out}: from the peer to us when accepted. */
    @Override
    public String toString() {
        var from = accepted ? remote : local();
        var to = accepted ? local() : remote;
        var scheme = remote.kind() == Address.Kind.INET ? "tcp " : "";
        return "%s%s -> %s, %d s, %d B in, %d B out".formatted(scheme, from, to, age().toSeconds(), bytesIn(), bytesOut());
    }

    /** False when it is as far already. */
    private synchronized boolean advance(State next) {
        if (state.compareTo(next) >= 0) {
            return false;
        }
        state = next;
        return true;
    }

    void abort(String why) {
        end(why, true);
    }

    /** Drops it because it did not take what groups sent it, and tells so. */
    void dropAsTooSlow(String why) {
        if (end(why, true)) {
            memberNews.tooSlow(this, why);
        }
    }

    /** Who is told what becomes of it as a member of groups. */
    MemberNews memberNews() {
        return memberNews;
    }

    void memberNews(MemberNews news) {
        memberNews = news;
    }

    /** True for the one call that ended it. */
    private boolean end(String why, boolean drop) {
        if (!advance(State.CLOSED)) {
            return false;
        }
        closedBecause = why;
        try {
            if (drop) {
                channel.abort();
            } else {
                channel.close();
            }
        } finally {
            outbound.order().close();
            inbound.close();
            leave();
        }
        return true;
    }

    /** Has something done when this connection ends; at once when it has ended. */
    void onEnd(Consumer<Connection> leaver) {
        synchronized (this) {
            if (isOpen()) {
                if (leavers == null) {
                    leavers = new ArrayList<>(1);
                }
                leavers.add(leaver);
                return;
            }
        }
        leaver.accept(this);
    }

    /** What was to be done when this connection ends need not be any more. */
    synchronized void forget(Consumer<Connection> leaver) {
        if (leavers != null) {
            leavers.remove(leaver);
        }
    }

    private void leave() {
        List<Consumer<Connection>> all;
        synchronized (this) {
            all = leavers == null ? List.of() : leavers;
            leavers = null;
        }
        all.forEach(l -> l.accept(this));
    }

    /** Repeats a step until it says true, waiting in between, for so long at most. */
    void until(Duration limit, String what, Step step, Action await) throws IOException {
        var deadline = Moments.limit(time, limit);
        var alarm = new DeadlineTimer(time, this::wake);
        try {
            while (!step.done()) {
                if (Moments.passed(time, deadline)) {
                    throw new SocketTimeoutException(what + remote + " took longer than " + Moments.words(limit));
                }
                if (!isOpen()) {
                    throw closedHere();
                }
                alarm.set(deadline);
                await.run();
            }
        } finally {
            alarm.cancel();
        }
    }

    /** One step towards something. */
    @FunctionalInterface
    interface Step {
        boolean done() throws IOException;
    }

    /** Closes at once, telling the peer why as far as its socket takes it now. */
    void evict(Optional<byte[]> farewell, String why) {
        farewell.ifPresent(bytes -> outbound.order().post(new WriteOrder.Posted(bytes, _ -> {})));
        end(why, false);
    }

    /** Up to the moment {@code patience} it may begin its first message: see {@link Deadlines#first}. */
    void drain(long patience) {
        drainPatience = patience;
        draining = true;
        var told = drainer;
        if (told != null) {
            told.run();
        }
        wake();
    }

    /** Until when a message may begin though the server drains: the first one of a connection that has just come. */
    long mayBeginUntil() {
        var first = deadlines.first();
        if (first.isZero() || bytesIn() > 0) {
            return time.nanoTime();
        }
        return Moments.earlier(Moments.after(ready, first), drainPatience);
    }

    /** Tells also somebody else when the server drains; at once when it does. */
    void onDrain(Runnable told) {
        drainer = told;
        if (draining) {
            told.run();
        }
    }

    /** Another process has moved so many bytes over it. */
    void movedElsewhere(long in, long out) {
        inbound.count(in);
        outbound.order().count(out);
    }

    void wake() {
        channel.wake();
    }

    StreamChannel channel() {
        return channel;
    }

    Inbound inbound() {
        return inbound;
    }

    Outbound outbound() {
        return outbound;
    }

    TimeSource time() {
        return time;
    }

    /** Bytes that have come so far, read or not; under TLS those of the plain text. */
    public long bytesIn() {
        return inbound.received();
    }

    /** Bytes that the system has taken from us so far, whether or not they have arrived; under TLS those of the plain text. */
    public long bytesOut() {
        return outbound.order().sent();
    }

    Duration age() {
        return Duration.ofNanos(time.nanoTime() - opened);
    }

    /** Bytes moved. The clock is only asked where somebody wants to know who idles longest. */
    void progressed() {
        if (stamping) {
            lastProgress = time.nanoTime();
        }
    }

    void stampProgress() {
        stamping = true;
    }

    long lastProgress() {
        return lastProgress;
    }

    /**
     * Whether a failure, or one in its chain of causes, is the peer's doing as far as this connection knows: a reset, the end of the stream
     * inside a message, a message that is malformed or too long, a deadline that passed, a TLS handshake that failed. Such failures are
     * expected on a network, and are logged in one line; all others are the handler's, those of its other connections included. To be asked
     * while the failure is handled: a connection remembers its latest ones only.
     */
    public boolean causedByPeer(Throwable failure) {
        var known = origins;
        return known == null ? Origins.isTold(failure) : known.has(failure, Origins.Origin.PEER);
    }

    /**
     * Says that a failure is the peer's doing, for parsers and protocols of one's own, and returns it, to be thrown:
     * {@code throw c.blame(new ProtocolException("no such command"))}.
     */
    public <T extends Throwable> T blame(T failure) {
        remember(failure, Origins.Origin.PEER);
        return failure;
    }

    /** Whether a failure says no more than that the connection was closed on this side. */
    boolean saysClosedHere(Throwable failure) {
        var known = origins;
        return known != null && known.has(failure, Origins.Origin.CLOSED_HERE);
    }

    private void remember(Throwable failure, Origins.Origin origin) {
        Origins known;
        synchronized (this) {
            if (origins == null) {
                origins = new Origins();
            }
            known = origins;
        }
        known.add(failure, origin);
    }

    /** What to throw for a failure of the channel: when we closed it ourselves, that and why. */
    IOException explain(IOException failure) {
        if (failure instanceof InterruptedIOException && !(failure instanceof SocketTimeoutException)) {
            return failure;
        }
        if (isOpen()) {
            return blame(failure);
        }
        if (saysClosedHere(failure)) {
            return failure;
        }
        var closed = closedHere();
        closed.initCause(failure);
        return closed;
    }

    SocketException closedHere() {
        return closedHere(
                new SocketException("the connection with " + remote + " was " + (closedBecause.isEmpty() ? "closed" : closedBecause)));
    }

    /** The same failure, remembered as one that says no more than that the connection was closed on this side. */
    <T extends Throwable> T closedHere(T failure) {
        remember(failure, Origins.Origin.CLOSED_HERE);
        return failure;
    }
}
