package dev.weft.queue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;

import dev.weft.net.Backoff;
import dev.weft.net.Framing;
import dev.weft.net.TimeSource;
import dev.weft.net.support.SafeLog;
import org.jspecify.annotations.Nullable;

/**
 * How one link is: what its {@link LinkBuilder} said when it was made.
 *
 * @param source how its connections come about
 * @param stopReceiving null for never
 * @param stopSending null for never
 * @param ownClock null when no clock was set: then its connections keep theirs
 * @param <T> the type of a message
 */
record LinkSettings<T>(ConnectionSource source, Framing<T> framing, Body<T> body, Backoff reconnect, Duration connectWithin, Duration timeout,
        Duration pace, Delivery delivery, int capacity, @Nullable Path spool, @Nullable BooleanSupplier stopReceiving,
        @Nullable BooleanSupplier stopSending, BooleanSupplier stopReconnecting, Duration grace, SafeLog log, @Nullable TimeSource ownClock) {
    /** For a link that does not reconnect, but tries for its first connection (SPEC SL-30). */
    private static final Backoff FIRST_PAUSES = Backoff.exponential(Duration.ofMillis(100), Duration.ofSeconds(30));

    TimeSource time() {
        return ownClock == null ? TimeSource.system() : ownClock;
    }

    /** Whether it goes on with another connection when it has lost one. */
    boolean reconnects() {
        return reconnect.pause(1).isPresent();
    }

    boolean acknowledges() {
        return delivery == Delivery.AT_LEAST_ONCE;
    }

    ConnectionSource.Terms terms() {
        return new ConnectionSource.Terms(reconnects() ? reconnect : FIRST_PAUSES, connectWithin, time(), ownClock != null);
    }
}
