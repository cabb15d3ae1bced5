package dev.weft.queue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.ConnectionBuilder;
import dev.weft.net.TimeSource;
import dev.weft.net.support.Moments;
import dev.weft.net.support.Redialer;
import dev.weft.net.support.TimedCondition;
import org.jspecify.annotations.Nullable;

/**
 * Connections to the other end: after a lost one the next is tried at once, then again and again, with growing pauses (SPEC SL-30).
 *
 * <p>A connection that stood for a moment, and over which nothing passed, counts as an attempt that failed: a server that refuses a link must not be
 * asked without a pause. The first such connection in a row costs no pause.
 */
final class LinkDialer implements Connector {
    private static final Duration MOMENT = Duration.ofMillis(100);

    private final ConnectionBuilder where;
    private final ConnectionSource.Terms terms;
    private final TimeSource time;
    private final Redialer redialer;
    private final TimedCondition dialed;
    private boolean stood;
    /** What ended the last connection, if nothing had passed over it. */
    private @Nullable IOException fruitless;
    /** How many such connections there were in a row. */
    private int fruitlessInARow;
    /** When there must be a connection that is good. */
    private long until = Moments.NEVER;

    LinkDialer(ConnectionBuilder where, ConnectionSource.Terms terms) {
        this.where = where;
        this.terms = terms;
        time = terms.time();
        redialer = new Redialer(Duration.ZERO, MOMENT, time);
        dialed = new TimedCondition(time);
    }

    @Override
    public Address address() {
        return where.address();
    }

    @Override
    public void stands() {
        stood = true;
        redialer.connected();
    }

    @Override
    public void lost(boolean brought, IOException why) {
        if (stood && redialer.lost(brought)) {
            fruitless = null;
            fruitlessInARow = 0;
        } else {
            fruitless = why;
            fruitlessInARow++;
        }
    }

    @Override
    public Connection next(Consumer<IOException> failed) throws IOException, InterruptedException {
        var attempts = 0;
        if (fruitlessInARow <= 1) {
            until = Moments.limit(time, terms.limit());
        } else if (fruitless != null && !pause()) {
            throw fruitless;
        }
        while (true) {
            attempts++;
            IOException why;
            try {
                stood = false;
                return dial();
            } catch (IOException e) {
                why = e;
            }
            failed.accept(why);
            if (!pause()) {
                throw gaveUp(attempts, why);
            }
        }
    }

    /** Waits before the next attempt; false when there is none. */
    private boolean pause() throws InterruptedException {
        var pause = redialer.pause(terms.pauses());
        if (pause.isEmpty() || Moments.passed(time, until)) {
            return false;
        }
        var left = until == Moments.NEVER ? pause.get() : Moments.until(time, until);
        time.sleep(left.compareTo(pause.get()) < 0 ? left : pause.get());
        return !Moments.passed(time, until);
    }

    private ConnectException gaveUp(int attempts, IOException last) {
        var e = new ConnectException("no connection with " + address() + " after " + attempts + (attempts == 1 ? " attempt" : " attempts")
                + (terms.limit().isZero() ? "" : " in " + terms.limit().toMillis() + " ms") + ": " + last.getMessage());
        e.initCause(last);
        return e;
    }

    /** One attempt, on a thread of its own: the look-up of a name notices no interrupt and no deadline. */
    private Connection dial() throws IOException, InterruptedException {
        var result = new CompletableFuture<Connection>();
        var thread = Thread.ofVirtual().name("weft-dial-" + address()).start(() -> {
            try {
                var connection = where.open();
                if (!result.complete(connection)) {
                    connection.abort(); // nobody waits for it any more
                }
            } catch (Throwable t) {
                result.completeExceptionally(t);
            }
            dialed.signal();
        });
        var handed = false;
        try {
            if (!dialed.waitFor(result::isDone, until)) {
                throw new SocketTimeoutException("no connection with " + address() + " in what was left of " + terms.limit().toMillis() + " ms");
            }
            var connection = result.get();
            handed = true;
            return connection;
        } catch (ExecutionException e) {
            throw failure(e);
        } finally {
            if (!handed) {
                abandon(result, thread);
            }
        }
    }

    private static void abandon(CompletableFuture<Connection> result, Thread thread) {
        thread.interrupt();
        if (!result.cancel(false) && !result.isCompletedExceptionally()) {
            result.join().abort(); // it came at the same moment
        }
    }

    private static IOException failure(ExecutionException e) {
        return switch (e.getCause()) {
            case IOException io -> io;
            case RuntimeException unchecked -> throw unchecked;
            case Error error -> throw error;
            case null, default -> new IOException(e);
        };
    }

    /** Nothing is open but the connections themselves. */
    @Override
    public void close() {}
}
