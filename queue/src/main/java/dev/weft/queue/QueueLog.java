package dev.weft.queue;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketTimeoutException;
import java.time.Duration;

import dev.weft.net.Address;
import dev.weft.net.TimeSource;
import dev.weft.net.support.RateLimit;
import dev.weft.net.support.SafeLog;

/**
 * All that a link logs; the words of pysocklib where it has some (SPEC SL-7, SL-8, SL-32). What any peer can cause as often as it likes is limited:
 * that it came, that it went, that it sent what is no message, and that it sent more than there is room for.
 */
final class QueueLog {
    /** The log of those that are given no logger. */
    static final SafeLog SHARED = SafeLog.of("dev.weft.queue");

    private static final int DROPS = 10;
    private static final Duration PERIOD = Duration.ofMinutes(1);

    private final SafeLog log;
    private final String link;
    private final RateLimit drops;

    QueueLog(SafeLog log, String link, TimeSource time) {
        this.log = log;
        this.link = link;
        drops = new RateLimit(DROPS, PERIOD, time,
                count -> log.log(Level.ERROR, () -> link + " failed to enqueue " + count + " more messages within " + PERIOD.toSeconds() + " s"));
    }

    void listening(Address at) {
        log.log(Level.INFO, () -> link + ": listening at " + at);
    }

    void connected(Address with) {
        log.peer(() -> link + ": connected with " + with);
    }

    void gaveWay(Address silent, Address winner) {
        log.peer(() -> link + ": " + silent + " has said nothing, and gives way to " + winner);
    }

    void getFailed(IOException why) {
        log.peer(() -> link + " failed to get message. " + how(why));
    }

    void sendFailed(IOException why) {
        log.peer(() -> link + " failed to send message. " + how(why));
    }

    private static String how(IOException why) {
        return (why instanceof SocketTimeoutException ? "Timed out: " : "Connection lost: ") + why.getMessage();
    }

    void attemptFailed(Address where, int n, IOException why) {
        log.log(Level.DEBUG, () -> link + ": no connection with " + where + " at attempt " + n + ": " + why.getMessage());
    }

    void gaveUp(Address where, Throwable why) {
        log.log(Level.ERROR, () -> link + ": failed to establish connection to " + where, why);
    }

    /** Something else than the want of a connection has ended the link. */
    void ended(Throwable why) {
        log.log(Level.ERROR, () -> link + " has ended: " + (why instanceof IOException ? why.getMessage() : why), why);
    }

    void refused(RuntimeException why) {
        log.log(Level.ERROR, () -> link + ": a message was dropped, as it can't be sent: " + why.getMessage());
    }

    /** There was no room for a message. */
    void dropped(Exception why) {
        if (drops.pass()) {
            log.log(Level.ERROR, () -> link + " failed to enqueue message: " + why.getMessage());
        }
    }

    /** What a peer has sent is no message. */
    void undecodable(Exception why) {
        log.peer(() -> link + " dropped what is no message: " + why);
    }

    void observerFailed(Throwable failure) {
        log.log(Level.ERROR, () -> link + ": its observer failed", failure);
    }

    void closeFailed(IOException why) {
        log.log(Level.ERROR, () -> link + ": its message store could not be closed", why);
    }

    void slowToEnd(long millis) {
        log.log(Level.WARNING, () -> link + ": has not ended " + millis + " ms after it was told to");
    }
}
