package dev.weft.message;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

import dev.weft.net.ConnectionBuilder;
import dev.weft.net.support.Redialer;
import org.jspecify.annotations.Nullable;

/** A client's thread: it reads one connection after the other, and makes the next one where the client reconnects. */
final class ClientLoop {
    private final Messages messages;
    private final ConnectionBuilder where;
    private final Peer peer;
    private final CompletableFuture<Peer> begun = new CompletableFuture<>();
    private final Redialer redialer;
    private @Nullable IOException gaveUp;

    private ClientLoop(Messages messages, MessageSettings settings, ConnectionBuilder where, Peer peer) {
        this.messages = messages;
        this.where = where;
        this.peer = peer;
        redialer = new Redialer(Duration.ZERO, settings.time());
    }

    /**
     * Connects, and returns when the observer's opened has returned. Ends the use of the shared values, which has begun, when all is over; also when
     * this throws.
     */
    static Peer open(Messages messages, MessageSettings settings, ConnectionBuilder where) throws IOException {
        settings.applyTo(where);
        ClientLoop loop = null;
        try {
            var connection = FirstDial.open(where, settings.retries(), settings.time());
            var peer = new Peer(messages, settings, settings.nameOr("client"), true, connection);
            loop = new ClientLoop(messages, settings, where, peer);
            Thread.ofVirtual().name("weft-" + peer.localName() + "-" + connection.id()).start(loop::run);
        } finally {
            if (loop == null) {
                messages.values().end();
            }
        }
        return loop.awaitBegin();
    }

    private Peer awaitBegin() throws IOException {
        try {
            return begun.get();
        } catch (InterruptedException e) {
            Thread.ofVirtual().start(peer::close); // it may have to wait for the observer
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
            } while (begun.isDone() && peer.life().reconnects() && redial());
            failure = gaveUp == null ? failure : gaveUp;
        } catch (Error e) {
            failure = e;
        } finally {
            peer.life().end(failure);
            messages.values().end();
            begun.completeExceptionally(failure == null ? new IOException("it was closed") : failure);
        }
    }

    /** One connection's whole conversation; what ended it, unless that was a disconnect. */
    private @Nullable Throwable converse() {
        var connection = peer.connection();
        var reader = new MessageReader(peer, messages.settings());
        redialer.connected();
        try {
            reader.run(() -> begun.complete(peer));
            return null;
        } catch (Exception e) {
            if (begun.isDone() && !peer.life().isOurInterrupt(e)) {
                messages.log().clientFailed(peer.toString(), connection, e);
            }
            return e;
        } finally {
            redialer.lost(reader.hasBrought());
            connection.close();
        }
    }

    /**
     * Another connection; false when none is wanted any more, or none is to be had. A connection that could not begin, or that brought no
     * message, was a try, too.
     */
    private boolean redial() {
        var current = peer.life().current();
        var remote = peer.connection().remote();
        IOException last = new SocketException("the connection with " + remote + " was lost");
        while (true) {
            var pause = redialer.pause(messages.settings().reconnect());
            if (pause.isEmpty()) {
                gaveUp = new RetriesExhaustedException(redialer.tries() - 1, last);
                return false;
            }
            if (!current.pause(pause.get())) {
                return false;
            }
            try {
                var connection = where.open();
                if (current.found(connection)) {
                    return true;
                }
                connection.abort();
                return false;
            } catch (IOException e) {
                last = e;
                MessageLog.reconnecting(remote, redialer.tries(), e);
            }
        }
    }
}
