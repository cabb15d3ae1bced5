package dev.weft.cli;

import java.util.logging.Level;
import java.util.logging.Logger;

/** Messages that log nothing: a command tells by itself what comes and what fails. */
final class QuietMessages {
    /** Held, as java.util.logging forgets loggers that nobody holds, and their settings with them. */
    private static final Logger MESSAGE = Logger.getLogger("dev.weft.message");

    static {
        MESSAGE.setLevel(Level.OFF);
    }

    private QuietMessages() {}

    /** From the first call on; that is late, as java.util.logging takes its time to start. */
    static void begin() {
        // The class's initialiser has done it.
    }
}
