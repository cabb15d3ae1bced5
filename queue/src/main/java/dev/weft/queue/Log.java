package dev.weft.queue;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.SocketTimeoutException;

import dev.weft.net.Address;

/** All that links log, to the system logger {@code dev.weft.queue}; the words of pysocklib where it has some (SPEC SL-7, SL-8, SL-32). */
final class Log {
    private Log() {}

    /** Looked up late: asking for a logger costs a start-up tens of milliseconds. */
    private static Logger logger() {
        return System.getLogger("dev.weft.queue");
    }

    static void listening(String link, Address at) {
        logger().log(Level.INFO, "{0}: listening at {1}", link, at);
    }

    static void connected(String link, Address with) {
        logger().log(Level.INFO, "{0}: connected with {1}", link, with);
    }

    static void getFailed(String link, IOException why) {
        logger().log(Level.INFO, "{0} failed to get message. {1}", link, how(why));
    }

    static void sendFailed(String link, IOException why) {
        logger().log(Level.INFO, "{0} failed to send message. {1}", link, how(why));
    }

    private static String how(IOException why) {
        return (why instanceof SocketTimeoutException ? "Timed out: " : "Connection lost: ") + why.getMessage();
    }

    static void attemptFailed(String link, Address where, int n, IOException why) {
        logger().log(Level.DEBUG, "{0}: no connection with {1} at attempt {2}: {3}", link, where, n, why.getMessage());
    }

    static void gaveUp(String link, Address where, Throwable why) {
        logger().log(Level.ERROR, link + ": failed to establish connection to " + where, why);
    }

    static void refused(String link, RuntimeException why) {
        logger().log(Level.ERROR, "{0}: a message was dropped, as it can''t be sent: {1}", link, why.getMessage());
    }

    static void dropped(String link, Exception why) {
        logger().log(Level.ERROR, "{0} failed to enqueue message: {1}", link, why.getMessage());
    }

    static void observerFailed(String link, Throwable failure) {
        logger().log(Level.ERROR, link + ": its observer failed", failure);
    }

    static void closeFailed(String link, IOException why) {
        logger().log(Level.ERROR, link + ": what it keeps could not be closed", why);
    }

    static void slowToEnd(String link, long millis) {
        logger().log(Level.WARNING, "{0}: has not ended {1} ms after it was told to", link, millis);
    }
}
