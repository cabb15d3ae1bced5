package dev.weft.queue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

import dev.weft.net.ConnectionBuilder;
import dev.weft.net.Address;
import dev.weft.net.Connection;

/** Connections that we make: at once, and then again and again (SPEC SL-30, SL-31). */
final class LinkDialer implements Connector {
    private final ConnectionBuilder where;
    private final ConnectionSource.Dialing.Terms terms;

    LinkDialer(ConnectionBuilder where, ConnectionSource.Dialing.Terms terms) {
        this.where = where;
        this.terms = terms;
    }

    @Override
    public Address address() {
        return where.address();
    }

    @Override
    public Connection next(Consumer<IOException> failed) throws IOException, InterruptedException {
        var begun = System.nanoTime();
        for (int n = 1;; n++) {
            IOException why;
            try {
                return dial(left(begun));
            } catch (IOException e) {
                why = e;
            }
            failed.accept(why);
            var pause = terms.pauses().pause(n);
            if (pause.isPresent()) {
                Thread.sleep(min(pause.get(), left(begun)));
            }
            if (pause.isEmpty() || !left(begun).isPositive()) {
                throw gaveUp(n, why);
            }
        }
    }

    private ConnectException gaveUp(int attempts, IOException last) {
        var e = new ConnectException("no connection with " + address() + " after " + attempts + (attempts == 1 ? " attempt" : " attempts")
                + (terms.limit().isZero() ? "" : " in " + terms.limit().toMillis() + " ms") + ": " + last.getMessage());
        e.initCause(last);
        return e;
    }

    /** How much is left of the time for getting a connection; a century when there is no limit. */
    private Duration left(long begun) {
        return Duration.ofNanos(terms.limit().isZero() ? Long.MAX_VALUE : Waits.nanos(terms.limit()) - (System.nanoTime() - begun));
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b.isNegative() ? Duration.ZERO : b;
    }

    /** One attempt, on a thread of its own: the look-up of a name hears no interrupt, and knows no deadline. */
    private Connection dial(Duration limit) throws IOException, InterruptedException {
        var dialed = new CompletableFuture<Connection>();
        var thread = Thread.ofVirtual().name("weft-dial-" + address()).start(() -> {
            try {
                var connection = where.open();
                if (!dialed.complete(connection)) {
                    connection.abort(); // nobody waits for it any more
                }
            } catch (Throwable t) {
                dialed.completeExceptionally(t);
            }
        });
        var handed = false;
        try {
            var connection = dialed.get(Waits.nanos(limit), TimeUnit.NANOSECONDS);
            handed = true;
            return connection;
        } catch (ExecutionException e) {
            throw failure(e);
        } catch (TimeoutException e) {
            throw new SocketTimeoutException("no connection with " + address() + " in what was left of " + terms.limit().toMillis() + " ms");
        } finally {
            if (!handed) {
                abandon(dialed, thread);
            }
        }
    }

    private static void abandon(CompletableFuture<Connection> dialed, Thread thread) {
        thread.interrupt();
        if (!dialed.cancel(false) && !dialed.isCompletedExceptionally()) {
            dialed.join().abort(); // it came at the same moment
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
