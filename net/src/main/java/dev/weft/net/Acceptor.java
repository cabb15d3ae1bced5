package dev.weft.net;

import java.io.Closeable;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;

import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.StreamChannel;
import dev.weft.net.support.DeadlineTimer;
import dev.weft.net.support.Moments;

/**
 * A listening socket whose owner accepts by hand; for one expected caller, or for a loop of one's own. One thread accepts at a time; what was
 * accepted is the caller's to close.
 */
public final class Acceptor implements Closeable {
    private final ListenerChannel listener;
    private final Deadlines deadlines;
    private final Optional<Handshakes> handshakes;
    private final TimeSource time;
    private final DeadlineTimer alarm;
    private volatile boolean closed;

    Acceptor(ListenerChannel listener, Deadlines deadlines, Optional<Tls> tls, TimeSource time) {
        this.listener = listener;
        this.deadlines = deadlines;
        this.time = time;
        handshakes = tls.map(t -> new Handshakes(t, deadlines, time, listener::wake));
        alarm = new DeadlineTimer(time, listener::wake);
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
     * Waits for the next connection; the caller closes it. Under TLS its handshake is done when this returns: handshakes run beside each other, each
     * within {@link Deadlines#handshake}, and the first that is done is returned. A connection whose handshake fails is dropped and
     * logged; when there would be more than 128, the oldest is dropped. They continue between calls of this method.
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
        var deadline = Moments.limit(time, timeout);
        while (true) {
            if (closed) {
                throw new SocketException("the acceptor at " + address() + " was closed");
            }
            var ready = handshakes.flatMap(Handshakes::next);
            if (ready.isPresent()) {
                return ready.get();
            }
            var accepted = next();
            if (accepted.isPresent() && handshakes.isEmpty()) {
                return new Connection(accepted.get(), true, accepted.get().remote().host(), deadlines, time);
            }
            accepted.ifPresent(channel -> handshakes.get().begin(channel));
            if (Moments.passed(time, deadline)) {
                throw new SocketTimeoutException("no connection at " + address() + " for " + Moments.words(timeout));
            }
            if (accepted.isPresent()) {
                continue; // there may be others in the queue
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

    /** Frees the port, ends waits in accept, and drops connections that were not accepted. Idempotent. */
    @Override
    public void close() {
        closed = true;
        listener.close();
        handshakes.ifPresent(Handshakes::close);
        alarm.cancel();
    }
}
