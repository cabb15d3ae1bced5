package dev.weft.message;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Makes a peer's requests. A request waits for a connection, is bound to it, and is then sent on that one and on no other: when that is
 * lost, the request has failed, and no later connection carries it. What fails before it is bound was never sent.
 */
final class Requester {
    private final Peer peer;

    Requester(Peer peer) {
        this.peer = peer;
    }

    /** See {@link Peer#request(Message, Duration)}. */
    Message request(Message m, Duration timeout) throws IOException {
        var id = peer.freshId();
        var reply = new CompletableFuture<Message>();
        var begun = System.nanoTime();
        var on = bind(id, new Replies.One(reply), m.type(), timeout);
        try {
            var left = timeout.isZero() ? timeout : atLeast1(timeout.minusNanos(System.nanoTime() - begun));
            peer.send(m.id(id), on);
            return await(reply, left);
        } catch (TimeoutException e) {
            throw on.connection().blame(new SocketTimeoutException(
                    "%s: no reply to %s in %d ms".formatted(on.connection().remote(), TypeNames.of(m.type()), timeout.toMillis())));
        } catch (InterruptedException e) {
            throw new InterruptedIOException("interrupted before the reply to " + TypeNames.of(m.type()) + " from " + on.connection().remote());
        } catch (ExecutionException e) {
            var cause = Objects.requireNonNullElse(e.getCause(), e);
            throw new IOException("no reply to " + TypeNames.of(m.type()) + ": " + cause.getMessage(), cause);
        } finally {
            on.giveUp(id);
        }
    }

    private static Duration atLeast1(Duration left) {
        return left.isPositive() ? left : Duration.ofNanos(1);
    }

    private Message await(CompletableFuture<Message> reply, Duration timeout)
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        var c = peer.conversation();
        if (c != null && c.isOnThisThread()) {
            c.readUntil(reply, timeout);
        }
        return timeout.isZero() ? reply.get() : reply.get(Waits.nanos(timeout), TimeUnit.NANOSECONDS);
    }

    /** See {@link Peer#requestStream(Message)}. */
    IncomingStream requestStream(Message m) throws IOException {
        var id = peer.freshId();
        var bound = new AtomicReference<Connected>();
        var stream = new IncomingStream(id, m.type(), () -> bound.get().giveUp(id));
        var on = bind(id, new Replies.Many(stream), m.type(), Duration.ZERO);
        bound.set(on); // nobody can close the stream before it is returned
        var sent = false;
        try {
            peer.send(m.id(id), on);
            sent = true;
            return stream;
        } finally {
            if (!sent) {
                stream.close();
            }
        }
    }

    /**
     * Binds a request to the connection there is or, while there is none, to the next.
     *
     * @param timeout how long it waits for one; zero is as long as a write may wait
     */
    private Connected bind(long id, Replies.Waiting who, int type, Duration timeout) throws IOException {
        var begun = System.nanoTime();
        try {
            while (true) {
                var on = timeout.isZero() ? peer.connected() : peer.connected(atLeast1(timeout.minusNanos(System.nanoTime() - begun)));
                if (on.await(id, who)) {
                    return on;
                }
                if (!peer.isReplaced(on)) {
                    throw new SocketException("the connection with " + on.connection().remote() + " has ended");
                }
            }
        } catch (SocketTimeoutException e) {
            var limit = timeout.isZero() ? peer.connection().deadlines().write() : timeout;
            throw notSent(new SocketTimeoutException("%s was not sent: no new connection with %s in %d ms".formatted(TypeNames.of(type),
                    peer.connection().remote(), limit.toMillis())), e);
        } catch (InterruptedIOException e) {
            throw notSent(new InterruptedIOException(wasNotSent(type, e)), e);
        } catch (SocketException e) {
            throw notSent(new SocketException(wasNotSent(type, e)), e);
        }
    }

    private static String wasNotSent(int type, IOException why) {
        return TypeNames.of(type) + " was not sent: " + why.getMessage();
    }

    private static IOException notSent(IOException told, IOException why) {
        told.initCause(why);
        return told;
    }
}
