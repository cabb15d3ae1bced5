package dev.weft.net;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;

import dev.weft.net.support.RateLimit;
import dev.weft.net.support.SafeLog;

/** What this module logs, in its words; nothing of it on a hot path. */
final class Log {
    private static final SafeLog LOG = SafeLog.of("dev.weft.net");

    private Log() {}

    /** Many connections at once, of strangers too, can make accepting fail again and again. */
    private static final class AcceptFailures {
        private static final Duration PERIOD = Duration.ofMinutes(1);
        static final RateLimit LIMIT = new RateLimit(10, PERIOD, TimeSource.system(), count -> LOG.log(Level.WARNING,
                () -> count + " more failures to accept were left out within " + PERIOD.toSeconds() + " s"));
    }

    /** A peer's doing in one line, of which there are so many a minute; anything else with its stack (SPEC SS-21). */
    static void requestFailed(Connection c, Throwable failure) {
        if (c.causedByPeer(failure)) {
            LOG.peer(() -> "connection " + c.id() + " with " + c.remote() + " failed: " + reason(failure));
        } else {
            requestFailed(c.remote(), failure);
        }
    }

    static void requestFailed(Datagram d, Throwable failure) {
        requestFailed(d.sender(), failure);
    }

    private static void requestFailed(Address remote, Throwable failure) {
        LOG.log(Level.ERROR, () -> "Exception occurred during processing of request from " + remote, failure);
    }

    /** What a peer has caused, which is worded for readers, is told without the name of its class. */
    private static String reason(Throwable failure) {
        var message = failure.getMessage();
        return message == null || !(failure instanceof IOException) ? failure.toString() : message;
    }

    static void tooSlow(Connection c, String why) {
        LOG.peer(() -> "connection " + c.id() + " with " + c.remote() + " was dropped: " + why);
    }

    static void handshakeFailed(Address remote, Throwable failure) {
        LOG.peer(() -> "the TLS handshake with " + remote + " failed: " + reason(failure));
    }

    static void acceptFailed(String server, Address address, IOException failure) {
        if (AcceptFailures.LIMIT.pass()) {
            LOG.log(Level.WARNING, () -> "server " + server + " at " + address + " could not accept: " + failure.getMessage());
        }
    }

    static void observerFailed(String call, Throwable failure) {
        LOG.log(Level.ERROR, () -> "a ServerObserver threw in " + call, failure);
    }

}
