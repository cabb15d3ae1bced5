package dev.weft.message;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import dev.weft.net.TimeSource;
import dev.weft.net.support.Moments;
import org.jspecify.annotations.Nullable;

/**
 * Makes a peer's requests. A request waits for a connection, is bound to it, and is then sent on that one and on no other: when that is
 * lost, the request has failed, and no later connection carries it. What fails before it is bound was never sent. For any thread.
 */
final class Requester {
    private final MessageSender sender;
    private final LongSupplier ids;
    private final Supplier<? extends @Nullable ReadingThread> reading;
    private final TimeSource time;

    /**
     * For one peer.
     *
     * @param ids gives each request one of its own
     * @param reading the thread that reads the peer's connection; null when there is none yet
     */
    Requester(MessageSender sender, LongSupplier ids, Supplier<? extends @Nullable ReadingThread> reading, TimeSource time) {
        this.sender = sender;
        this.ids = ids;
        this.reading = reading;
        this.time = time;
    }

    /** See {@link Peer#request(Message, Duration)}. */
    Message request(Message m, Duration timeout) throws IOException {
        var id = ids.getAsLong();
        var waiting = new PendingRequests.One();
        var end = Moments.limit(time, timeout);
        var on = bind(id, waiting, m.type(), timeout, end);
        try {
            var left = left(end);
            sender.send(m.id(id), on);
            return await(waiting, on, left);
        } catch (TimeoutException e) {
            throw tooLate(m, on, timeout);
        } catch (InterruptedException e) {
            throw new InterruptedIOException("interrupted before the reply to " + TypeNames.of(m.type()) + " from " + on.connection().remote());
        } catch (ExecutionException e) {
            var cause = Objects.requireNonNullElse(e.getCause(), e);
            if (cause instanceof TimeoutException) {
                throw tooLate(m, on, timeout);
            }
            throw new IOException("no reply to " + TypeNames.of(m.type()) + ": " + cause.getMessage(), cause);
        } finally {
            on.giveUp(id);
        }
    }

    private static SocketTimeoutException tooLate(Message m, Connected on, Duration timeout) {
        return on.connection().blame(new SocketTimeoutException(
                "%s: no reply to %s in %d ms".formatted(on.connection().remote(), TypeNames.of(m.type()), timeout.toMillis())));
    }

    /** What is left until a moment, but at least a nanosecond, as zero means no limit; zero for NEVER. */
    private Duration left(long end) {
        if (end == Moments.NEVER) {
            return Duration.ZERO;
        }
        var left = Moments.until(time, end);
        return left.isPositive() ? left : Duration.ofNanos(1);
    }

    private Message await(PendingRequests.One waiting, Connected on, Duration timeout)
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        var here = reading.get();
        if (here != null && here.isThisThread()) {
            here.readUntil(waiting.message(), timeout);
        } else if (!timeout.isZero()) {
            on.limit(waiting, Moments.in(time, timeout));
        }
        return waiting.message().get();
    }

    /** See {@link Peer#requestStream(Message)}. */
    IncomingStream requestStream(Message m) throws IOException {
        var id = ids.getAsLong();
        var bound = new AtomicReference<Connected>();
        var stream = new IncomingStream(id, m.type(), time, () -> bound.get().giveUp(id));
        var on = bind(id, new PendingRequests.Many(stream), m.type(), Duration.ZERO, Moments.NEVER);
        bound.set(on); // the stream can't be closed before it is returned
        var sent = false;
        try {
            sender.send(m.id(id), on);
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
     * @param end when that is over
     */
    private Connected bind(long id, PendingRequests.Waiting who, int type, Duration timeout, long end) throws IOException {
        try {
            while (true) {
                var on = timeout.isZero() ? sender.connected() : sender.connected(left(end));
                if (on.await(id, who)) {
                    return on;
                }
                if (!sender.isReplaced(on)) {
                    throw on.ended();
                }
            }
        } catch (SocketTimeoutException e) {
            var last = sender.last().connection();
            var limit = timeout.isZero() ? last.deadlines().write() : timeout;
            throw notSent(new SocketTimeoutException(
                    "%s was not sent: no new connection with %s in %d ms".formatted(TypeNames.of(type), last.remote(), limit.toMillis())), e);
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
