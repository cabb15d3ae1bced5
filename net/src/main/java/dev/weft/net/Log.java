package dev.weft.net;

import java.io.IOException;
import java.lang.System.Logger.Level;

/** Everything this module logs, in one place: nothing of it on a hot path. */
final class Log {
    private Log() {}

    /** Looked up late: asking for a logger costs a start-up tens of milliseconds. */
    private static System.Logger logger() {
        return System.getLogger("dev.weft.net");
    }

    static void requestFailed(Connection c, Throwable failure) {
        if (c.causedByPeer(failure)) {
            logger().log(Level.INFO, () -> "connection " + c.id() + " with " + c.remote() + " failed: " + failure);
        } else {
            requestFailed(c.remote(), failure);
        }
    }

    static void requestFailed(Datagram d, Throwable failure) {
        requestFailed(d.sender(), failure);
    }

    private static void requestFailed(Address remote, Throwable failure) {
        logger().log(Level.ERROR, () -> "Exception occurred during processing of request from " + remote, failure);
    }

    static void tooSlow(Connection c, String why) {
        logger().log(Level.INFO, () -> "connection " + c.id() + " with " + c.remote() + " was dropped: " + why);
    }

    static void acceptFailed(Server server, IOException failure) {
        logger().log(Level.WARNING, () -> "server " + server.name() + " at " + server.address() + " could not accept: " + failure.getMessage());
    }

    static void closeFailed(String what, IOException failure) {
        logger().log(Level.WARNING, () -> "closing " + what + " failed; something of it may be left", failure);
    }

    static void handshakeFailed(Address remote, Throwable failure) {
        logger().log(Level.WARNING, () -> "the TLS handshake with " + remote + " failed: " + failure.getMessage());
    }

    static void observerFailed(String call, Throwable failure) {
        logger().log(Level.ERROR, () -> "a ServerObserver threw in " + call, failure);
    }

    static void actionFailed(Throwable failure) {
        logger().log(Level.ERROR, "an action given to every(...) threw; it will be called again", failure);
    }

    static void closerFailed(Server server, Throwable failure) {
        logger().log(Level.ERROR, () -> "what was to be done when server " + server.name() + " had closed failed", failure);
    }

    static void loopFailed(Server server, Throwable failure) {
        logger().log(Level.ERROR, () -> "server " + server.name() + " stopped serving: its loop failed", failure);
    }

    static void stragglers(String server, DrainReport report) {
        logger().log(Level.WARNING, () -> "server " + server + " " + report);
    }
}
