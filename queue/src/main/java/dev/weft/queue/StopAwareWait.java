package dev.weft.queue;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;

import dev.weft.net.Connection;
import org.jspecify.annotations.Nullable;

/** The wait for a message's first byte, in which a stop function is asked now and then. */
final class StopAwareWait {
    private StopAwareWait() {}

    /**
     * Waits.
     *
     * @param limit how long; zero for ever
     * @return false when nothing more is to be received
     * @throws EOFException when the peer has ended the connection
     * @throws SocketTimeoutException when it was silent for so long
     */
    static boolean await(Connection connection, @Nullable Inflow<?> in, Duration limit) throws IOException {
        var asks = in != null && in.hasStop() && !in.isOver();
        var poll = Duration.ofMillis(Outflow.STOP_POLL_MILLIS);
        var step = asks && (limit.isZero() || poll.compareTo(limit) < 0) ? poll : limit;
        if (!connection.deadlines().idle().equals(step)) {
            connection.deadlines(connection.deadlines().idle(step));
        }
        var begun = asks ? System.nanoTime() : 0;
        if (Thread.interrupted()) { // a peer that sends without end gives no wait that would hear it
            throw new InterruptedIOException("interrupted");
        }
        while (true) {
            try {
                if (!connection.awaitMessage()) {
                    throw new EOFException(Remote.name(connection) + " has ended the connection");
                }
                return true;
            } catch (SocketTimeoutException e) {
                if (!asks || (limit.isPositive() && System.nanoTime() - begun >= limit.toNanos())) {
                    throw e;
                }
                if (in != null && in.stops()) {
                    return false;
                }
            }
        }
    }
}
