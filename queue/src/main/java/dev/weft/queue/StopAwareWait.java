package dev.weft.queue;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;

import dev.weft.net.Connection;
import dev.weft.net.TimeSource;
import dev.weft.net.support.Moments;
import org.jspecify.annotations.Nullable;

/** Waits for a message's first byte, and calls a stop function now and then meanwhile. */
final class StopAwareWait {
    private StopAwareWait() {}

    /**
     * Waits.
     *
     * @param limit how long; zero for no limit
     * @return false when nothing more is to be received
     * @throws EOFException when the peer has ended the connection
     * @throws SocketTimeoutException when it was silent for so long
     */
    static boolean await(Connection connection, @Nullable Inflow<?> in, Duration limit, TimeSource time) throws IOException {
        var asks = in != null && in.hasStop() && !in.isOver();
        var step = asks && (limit.isZero() || StopAsker.INTERVAL.compareTo(limit) < 0) ? StopAsker.INTERVAL : limit;
        if (!connection.deadlines().idle().equals(step)) {
            connection.deadlines(connection.deadlines().idle(step));
        }
        var until = asks ? Moments.limit(time, limit) : Moments.NEVER;
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
                if (!asks || Moments.passed(time, until)) {
                    throw e;
                }
                if (in != null && in.stops()) {
                    return false;
                }
            }
        }
    }
}
