package dev.weft.net;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;

import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.StreamChannel;

/**
 * A listening socket whose owner accepts by hand; for one expected caller, or for a loop of one's own. One thread accepts at a time; what was
 * accepted is the caller's to close.
 */
public final class Acceptor implements Closeable {
    private final ListenerChannel listener;
    private final Deadlines deadlines;
    private final Optional<Tls> tls;
    private final TimeSource time;
    private final Alarm alarm;
    private volatile boolean closed;

    Acceptor(ListenerChannel listener, Deadlines deadlines, Optional<Tls> tls, TimeSource time) {
        this.listener = listener;
        this.deadlines = deadlines;
        this.tls = tls;
        this.time = time;
        alarm = new Alarm(time, listener::wake);
    }

    /** The address really bound. */
    public Address address() {
        return listener.local();
    }

    /** Short for {@code address().port()}. */
    public int port() {
        return address().port();
    }

    /**
     * Waits for the next connection; the caller closes it. Under TLS its handshake is done when this returns, and who fails in it is dropped and
     * logged.
     *
     * @throws SocketException when the acceptor is closed, by any thread
     */
    public Connection accept() throws IOException {
        return accept(Duration.ZERO);
    }

    /**
     * As accept, for so long at most; zero waits without end.
     *
     * @throws SocketTimeoutException when none came in time
     */
    public Connection accept(Duration timeout) throws IOException {
        var deadline = Alarm.after(time, timeout);
        while (true) {
            if (closed) {
                throw new SocketException("the acceptor at " + address() + " was closed");
            }
            var accepted = next();
            if (accepted.isPresent()) {
                var connection = secured(accepted.get(), deadline);
                if (connection.isPresent()) {
                    return connection.get();
                }
            }
            if (Alarm.passed(time, deadline)) {
                throw new SocketTimeoutException("no connection at " + address() + " for " + Inbound.words(timeout));
            }
            alarm.set(deadline);
            try {
                listener.awaitAcceptable();
            } finally {
                alarm.clear();
            }
        }
    }

    private Optional<StreamChannel> next() throws IOException {
        try {
            return listener.accept();
        } catch (IOException e) {
            return switch (listener.classify(e)) {
                case CONNECTION -> Optional.empty();
                case CLOSED -> throw new SocketException("the acceptor at " + address() + " was closed");
                case EXHAUSTED, OTHER -> throw e;
            };
        }
    }

    /** Under TLS a stranger whose handshake fails is not whom the caller waits for. */
    private Optional<Connection> secured(StreamChannel channel, long deadline) throws IOException {
        var connection = new Connection(channel, true, channel.remote().host(), deadlines, time);
        if (tls.isEmpty()) {
            return Optional.of(connection);
        }
        try {
            connection.secure(tls.get(), handshakeLimit(deadline));
            return Optional.of(connection);
        } catch (IOException | RuntimeException e) {
            connection.abort();
            if (e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException)) {
                throw e;
            }
            Log.handshakeFailed(connection.remote(), e);
            return Optional.empty();
        } catch (Error e) {
            connection.abort();
            throw e;
        }
    }

    private Duration handshakeLimit(long deadline) {
        var own = deadlines.handshake();
        if (deadline == Alarm.NEVER) {
            return own;
        }
        var left = Duration.ofNanos(Math.max(1, deadline - time.nanoTime()));
        return own.isZero() || left.compareTo(own) < 0 ? left : own;
    }

    /** Frees the port; who waits in accept is told. Idempotent. */
    @Override
    public void close() {
        closed = true;
        listener.close();
        alarm.cancel();
    }
}
