package dev.weft.net;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Optional;

import dev.weft.net.spi.StreamChannel;

/**
 * The TLS handshakes of an {@link Acceptor}, beside each other, each on a virtual thread with a deadline of its own: a stranger that says nothing
 * holds up no other peer. Past so many, the one that has taken longest is dropped. For any thread.
 */
final class Handshakes {
    /** Handshakes take milliseconds, so the one of so many that has taken longest is hardly the one that the caller waits for. */
    static final int MOST = 128;

    private final Tls tls;
    private final Deadlines deadlines;
    private final TimeSource time;
    private final Runnable onReady;
    private final LinkedHashSet<Connection> running = new LinkedHashSet<>();
    private final ArrayDeque<Connection> ready = new ArrayDeque<>();
    private boolean closed;

    /** {@code onReady} is run when a connection is ready; it must not block. */
    Handshakes(Tls tls, Deadlines deadlines, TimeSource time, Runnable onReady) {
        this.tls = tls;
        this.deadlines = deadlines;
        this.time = time;
        this.onReady = onReady;
    }

    /** A connection whose handshake is done, the one that was ready first. */
    synchronized Optional<Connection> next() {
        return Optional.ofNullable(ready.poll());
    }

    /** Begins one. */
    void begin(StreamChannel channel) {
        var connection = new Connection(channel, true, channel.remote().host(), deadlines, time);
        admit(connection).ifPresent(Connection::abort);
        var started = false;
        try {
            Thread.ofVirtual().name("weft-handshake-" + connection.id()).start(() -> run(connection));
            started = true;
        } finally {
            if (!started) {
                leave(connection);
                connection.abort();
            }
        }
    }

    /** The one that has to go. */
    private synchronized Optional<Connection> admit(Connection connection) {
        if (closed) {
            return Optional.of(connection);
        }
        running.add(connection);
        return running.size() > MOST ? Optional.of(running.removeFirst()) : Optional.empty();
    }

    private void run(Connection connection) {
        try {
            TlsUpgrade.secure(connection.core(), tls, deadlines.handshake());
        } catch (IOException | RuntimeException e) {
            var wanted = leave(connection);
            connection.abort();
            if (wanted) {
                Log.handshakeFailed(connection.remote(), e);
            }
            return;
        } catch (Error e) {
            leave(connection);
            connection.abort();
            throw e;
        }
        if (finish(connection)) {
            onReady.run();
        } else {
            connection.abort();
        }
    }

    /** False when it had to go. */
    private synchronized boolean leave(Connection connection) {
        return running.remove(connection);
    }

    private synchronized boolean finish(Connection connection) {
        return running.remove(connection) && ready.add(connection);
    }

    /** Drops those that run, and connections that were not accepted. */
    void close() {
        ArrayDeque<Connection> all;
        synchronized (this) {
            closed = true;
            all = new ArrayDeque<>(ready);
            all.addAll(running);
            ready.clear();
            running.clear();
        }
        all.forEach(Connection::abort);
    }
}
