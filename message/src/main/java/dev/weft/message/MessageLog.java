package dev.weft.message;

import java.io.IOException;
import java.lang.System.Logger.Level;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.TimeSource;
import dev.weft.net.support.SafeLog;

/**
 * What this module logs, to the system logger {@code dev.weft.message}. What peers can cause as often as they like is limited, for each
 * {@link Messages} by itself; what hooks and loaders do wrong keeps its stack.
 */
final class MessageLog {
    private static final String NAME = "dev.weft.message";
    private static final SafeLog SHARED = SafeLog.of(NAME);

    private final SafeLog peers = new SafeLog(NAME, TimeSource.system());

    /** There is no hook for a message (SPEC PR-H4). */
    void noSuchHook(int type, Address from, boolean last) {
        peers.peer(() -> "No such hook[type=%s], asked for by %s%s".formatted(TypeNames.of(type), from,
                last ? "; its next ones are counted and not logged" : ""));
    }

    /** A connection of a client failed: because of the other end, or of what we do with its messages. */
    void clientFailed(String peer, Connection connection, Throwable failure) {
        if (connection.causedByPeer(failure)) {
            peers.peer(() -> peer + " has ended: " + failure.getMessage());
        } else {
            SHARED.log(Level.ERROR, () -> peer + " has ended", failure);
        }
    }

    static void observerFailed(String peer, Throwable failure) {
        SHARED.log(Level.ERROR, () -> "the observer's closed failed for " + peer, failure);
    }

    static void closeFailed(String key, Throwable failure) {
        SHARED.log(Level.ERROR, () -> "cannot close " + key, failure);
    }

    static void loadFailed(LoadException failure) {
        SHARED.log(Level.ERROR, () -> "a value could not be loaded; the server or client starts without it", failure);
    }

    static void reconnecting(Address to, int attempt, IOException because) {
        SHARED.log(Level.DEBUG, () -> "no connection with %s at try %d: %s".formatted(to, attempt, because.getMessage()));
    }
}
