package dev.weft.rpc;

import java.lang.System.Logger.Level;
import java.util.function.Supplier;

import dev.weft.net.support.SafeLog;

/** What this module logs; nothing of it on a hot path. */
final class RpcLog {
    static final String NAME = "dev.weft.rpc";

    /** Another one in tests, with a limit that no other test has used up. */
    private static volatile SafeLog log = SafeLog.of(NAME);

    private RpcLog() {}

    static void use(SafeLog other) {
        log = other;
    }

    /** What a peer did wrong: a line without a stack, and not more of them than a log can take. */
    static void peer(Supplier<String> text) {
        log.peer(text);
    }

    static void callFailed(String method, String peer, Throwable failure) {
        log.log(Level.ERROR, () -> method + " called by " + peer + " threw", failure);
    }

    static void observerFailed(String event, Throwable failure) {
        log.log(Level.ERROR, () -> "an RpcObserver threw in " + event, failure);
    }

    static void closeFailed(String what, Throwable failure) {
        log.log(Level.WARNING, () -> "closing " + what + " failed; something of it may be left", failure);
    }
}
