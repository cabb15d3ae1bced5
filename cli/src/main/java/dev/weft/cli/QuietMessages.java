package dev.weft.cli;

import java.util.logging.Level;
import java.util.logging.Logger;

import dev.weft.message.MessagesObserver;
import dev.weft.message.Peer;

/** Messages that log nothing: a command tells by itself what comes and what fails. */
class QuietMessages implements MessagesObserver {
    /** The logger, made when it is needed: java.util.logging takes its time to start. */
    private static final class Silenced {
        /** Held, as java.util.logging forgets loggers that nobody holds, and their settings with them. */
        private static final Logger MESSAGE = Logger.getLogger("dev.weft.message");

        private Silenced() {}

        static void begin() {
            MESSAGE.setLevel(Level.OFF);
        }
    }

    @Override
    public void opened(Peer peer) {
        Silenced.begin();
    }
}
