package dev.weft.kafka;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;

/** All that this module logs, to the system logger {@code dev.weft.kafka}. What Kafka's clients log goes to SLF4J. */
final class Log {
    private Log() {}

    private static Logger logger() {
        return System.getLogger("dev.weft.kafka");
    }

    static void skipped(Object what, Throwable why) {
        logger().log(Level.WARNING, () -> "skipped " + what, why);
    }

    static void retrying(Object who, Throwable why, Duration pause) {
        logger().log(Level.WARNING, "{0} begins again in {1} ms: {2}", who, pause.toMillis(), Brokers.reason(why));
        logger().log(Level.DEBUG, () -> who + " begins again, as it failed", why);
    }

    static void ended(Object who, Throwable why) {
        logger().log(Level.ERROR, () -> who + " has ended", why);
    }

    static void notCommitted(Object who, Throwable why) {
        logger().log(Level.DEBUG, () -> who + " could not commit; it tries again, or what was acknowledged comes again", why);
    }

    static void acknowledgementFailed(Object who, Throwable why) {
        logger().log(Level.ERROR, () -> who + ": an acknowledgement threw, and counts as done", why);
    }
}
