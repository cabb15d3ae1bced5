package dev.weft.net;

import java.io.Closeable;
import java.io.IOException;
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
     * Waits for the next connection; the caller closes it. Under TLS its handshake is done when this returns.
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
            var channel = next();
            if (channel.isPresent()) {
                return taken(channel.get());
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

    private Connection taken(StreamChannel channel) throws IOException {
        var connection = new Connection(channel, true, channel.remote().host(), deadlines, time);
        if (tls.isPresent()) {
            try {
                connection.startTls(tls.get());
            } catch (IOException | RuntimeException e) {
                connection.abort();
                throw e;
            }
        }
        return connection;
    }

    /** Frees the port; who waits in accept is told. Idempotent. */
    @Override
    public void close() {
        closed = true;
        listener.close();
        alarm.cancel();
    }
}
