package dev.weft.kafka;

import java.lang.System.Logger.Level;
import java.time.Duration;

import dev.weft.net.support.SafeLog;

/** All that this module logs, to the system logger {@code dev.weft.kafka}. What Kafka's clients log goes to SLF4J. */
final class KafkaLog {
    private static final SafeLog LOG = SafeLog.of("dev.weft.kafka");

    private KafkaLog() {}

    /** A record that can't be decoded. A writer to the topic can cause any number of these, so they are limited. */
    static void skippedRecord(Object what, Throwable why) {
        LOG.peer(() -> "skipped " + what + ": " + why);
    }

    /** A message of our own that can't be sent. */
    static void skippedMessage(Object what, Throwable why) {
        LOG.log(Level.WARNING, () -> "skipped " + what, why);
    }

    static void retrying(Object who, Throwable why, Duration pause) {
        LOG.log(Level.WARNING, () -> who + " begins again in " + pause.toMillis() + " ms: " + Brokers.reason(why));
        LOG.log(Level.DEBUG, () -> who + " begins again after a failure", why);
    }

    static void ended(Object who, Throwable why) {
        LOG.log(Level.ERROR, () -> who + " has ended", why);
    }

    static void endFailed(Object who, Throwable why) {
        LOG.log(Level.ERROR, () -> who + ": a task at its end threw", why);
    }

    static void notCommitted(Object who, Throwable why) {
        LOG.log(Level.DEBUG, () -> who + " could not commit; it tries again, or what was acknowledged comes again", why);
    }

    static void acknowledgementFailed(Object who, Throwable why) {
        LOG.log(Level.ERROR, () -> who + ": an acknowledgement threw, and counts as done", why);
    }
}
