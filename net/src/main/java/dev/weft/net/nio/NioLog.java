package dev.weft.net.nio;

import java.io.IOException;
import java.lang.System.Logger.Level;

import dev.weft.net.support.SafeLog;

/** What this transport logs; nothing of it on a hot path. */
final class NioLog {
    private static final SafeLog LOG = SafeLog.of("dev.weft.net");

    private NioLog() {}

    static void closeFailed(String what, IOException failure) {
        LOG.log(Level.WARNING, () -> "closing " + what + " failed; something of it may be left", failure);
    }

    static void selectorFailed(Throwable failure) {
        LOG.log(Level.ERROR, () -> "the selector failed; it goes on", failure);
    }
}
