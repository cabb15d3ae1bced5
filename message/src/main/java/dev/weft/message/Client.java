package dev.weft.message;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

import dev.weft.net.ConnectionBuilder;
import dev.weft.net.Backoff;
import dev.weft.net.Connection;
import dev.weft.net.TimeSource;
import dev.weft.net.support.Redialer;
import org.jspecify.annotations.Nullable;

/** The client's end: it dials, reads on a thread of its own, and dials again when it is to. */
final class Client {
    private final Messages messages;
    private final ConnectionBuilder where;
    private final Peer peer;
    private final Runnable end;
    private final CompletableFuture<Peer> begun = new CompletableFuture<>();
    private final Redialer redialer = new Redialer(Duration.ZERO, TimeSource.system());
    private @Nullable IOException gaveUp;

    private Client(Messages messages, ConnectionBuilder where, Peer peer, Runnable end) {
        this.messages = messages;
        this.where = where;
        this.peer = peer;
        this.end = end;
    }

    /** Dials, and returns when what is to be done first is done. The task runs once, when all is over. */
    static Peer open(Messages messages, String name, ConnectionBuilder where, Backoff retries, Runnable end) throws IOException {
        Connection connection;
        try {
            connection = dial(where, retries);
        } catch (IOException | RuntimeException e) {
            end.run();
            throw e;
        }
        var peer = new Peer(messages, name, true, connection);
        var client = new Client(messages, where, peer, end);
        Thread.ofVirtual().name("weft-" + name + "-" + connection.id()).start(client::run);
        return client.awaitBegin();
    }

    private static Connection dial(ConnectionBuilder where, Backoff retries) throws IOException {
        for (int n = 1;; n++) {
            try {
                return where.open();
            } catch (IOException e) {
                if (Waits.isInterrupt(e)) {
                    throw e;
                }
                var pause = retries.pause(n);
                if (pause.isEmpty()) {
                    throw new RetriesExhaustedException(n - 1, e);
                }
                try {
                    Thread.sleep(pause.get());
                } catch (InterruptedException i) {
                    throw new InterruptedIOException("interrupted while no connection was to be had: " + e.getMessage());
                }
            }
        }
    }

    private Peer awaitBegin() throws IOException {
        try {
            return begun.get();
        } catch (InterruptedException e) {
            peer.close();
            throw new InterruptedIOException("interrupted before the connection with " + peer.connection().remote() + " had begun");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            var cause = Objects.requireNonNullElse(e.getCause(), e);
            throw new IOException("the connection with " + peer.connection().remote() + " could not begin: " + cause.getMessage(), cause);
        }
    }

    private void run() {
        Throwable failure = null;
        try {
            do {
                failure = converse();
            } while (begun.isDone() && peer.reconnects() && redial());
            failure = gaveUp == null ? failure : gaveUp;
        } catch (Error e) {
            failure = e;
        } finally {
            peer.end(failure);
            end.run();
            begun.completeExceptionally(failure == null ? new IOException("it was closed") : failure);
        }
    }

    /** One connection's whole conversation; what ended it, unless that was a disconnect. */
    private @Nullable Throwable converse() {
        var connected = peer.wire().last();
        var conversation = new Conversation(peer, connected);
        redialer.connected();
        try {
            conversation.run(() -> begun.complete(peer));
            return null;
        } catch (Exception e) {
            if (begun.isDone()) {
                messages.log().clientFailed(peer, connected.connection(), e);
            }
            return e;
        } finally {
            redialer.lost(conversation.hasBrought());
            connected.connection().close();
        }
    }

    /**
     * Another connection; false when nobody wants one any more, or none is to be had. A connection that could not begin, or that brought no
     * message, was a try, too.
     */
    private boolean redial() {
        IOException last = new SocketException("the connection with " + peer.connection().remote() + " was lost");
        while (true) {
            var pause = redialer.pause(messages.reconnect());
            if (pause.isEmpty()) {
                gaveUp = new RetriesExhaustedException(redialer.tries() - 1, last);
                return false;
            }
            if (!peer.wire().pauseUnlessOver(pause.get())) {
                return false;
            }
            try {
                var connection = where.open();
                if (peer.wire().found(connection)) {
                    return true;
                }
                connection.abort();
                return false;
            } catch (IOException e) {
                last = e;
                Log.reconnecting(peer.connection().remote(), redialer.tries(), e);
            }
        }
    }
}
