package dev.weft.chat;

import java.lang.System.Logger.Level;

import dev.weft.net.Address;

/**
 * Is told what becomes of a {@link ChatClient}'s connection. Called on the thread "recv", which reads nothing meanwhile. What it throws is logged.
 * By default each call is one line in the log, at INFO.
 */
public interface ChatClientObserver {
    /** A connection stands and the greeting is sent. */
    default void connected(Address server) {
        ChatLog.LOG.log(Level.INFO, () -> "chat client: connected to " + server);
    }

    /** The connection is lost; another one will be tried. */
    default void lost(Address server, String why) {
        ChatLog.LOG.log(Level.INFO, () -> "chat client: lost " + server + ": " + why);
    }

    /** The client has ended: it was drained or closed, or its backoff gave up. */
    default void ended(Address server) {
        ChatLog.LOG.log(Level.INFO, () -> "chat client: ended with " + server);
    }
}
