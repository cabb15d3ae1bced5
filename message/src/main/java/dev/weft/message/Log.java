package dev.weft.message;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

import dev.weft.net.Address;

/** All that this module logs, to the system logger {@code dev.weft.message}. */
final class Log {
    private Log() {}

    /** Looked up late: asking for a logger costs a start-up tens of milliseconds. */
    private static Logger logger() {
        return System.getLogger("dev.weft.message");
    }

    /** SPEC PR-H4. */
    static void noSuchHook(int type, Address from, boolean last) {
        logger().log(Level.INFO, "No such hook[type={0}], asked for by {1}{2}", TypeNames.of(type), from,
                last ? "; its next ones are counted and not logged" : "");
    }

    static void clientFailed(Peer peer, Throwable failure) {
        logger().log(Level.ERROR, peer + " has ended", failure);
    }

    static void closeHookFailed(Peer peer, Throwable failure) {
        logger().log(Level.ERROR, "what was to be done at the end of " + peer + " failed", failure);
    }

    static void closeFailed(String key, Throwable failure) {
        logger().log(Level.ERROR, "cannot close " + key, failure);
    }

    static void loadFailed(LoadException failure) {
        logger().log(Level.ERROR, "it starts without it", failure);
    }

    static void reconnecting(Address to, int attempt, IOException because) {
        logger().log(Level.DEBUG, "no connection with {0} at try {1}: {2}", to, attempt, because.getMessage());
    }
}
