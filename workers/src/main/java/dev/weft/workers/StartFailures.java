package dev.weft.workers;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

import dev.weft.net.TimeSource;
import dev.weft.net.support.Moments;
import dev.weft.net.support.SafeLog;
import org.jspecify.annotations.Nullable;

/**
 * The failures of a pool to keep workers: starts that failed, and workers that ended while they were idle. After three in a row no worker is started
 * but for a request, and then one a second at most. Each failure is logged. Not thread-safe: the pool's lock guards it.
 */
final class StartFailures {
    private static final SafeLog LOG = SafeLog.of("dev.weft.workers");
    private static final int MOST = 3;
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final String server;
    private final TimeSource time;
    /** Since the last request was served. */
    private int inARow;
    /** Starts that failed since the pool was opened. */
    private int starts;
    private long nextTry;
    private String last = "";

    StartFailures(String server, TimeSource time) {
        this.server = server;
        this.time = time;
    }

    /** Whether so many have failed in a row that only a request has another worker started. */
    boolean tooMany() {
        return inARow >= MOST;
    }

    /** Whether there is a failure since the last request was served. */
    boolean any() {
        return inARow > 0;
    }

    /** How many starts have failed since the pool was opened. */
    int starts() {
        return starts;
    }

    /** What the last failure was. */
    String last() {
        return last;
    }

    /** Whether the pause after the last failure is over. */
    boolean mayTry() {
        return Moments.passed(time, nextTry);
    }

    /** How long the pause still is. */
    Duration untilNextTry() {
        return Moments.until(time, nextTry);
    }

    /** A request was served. */
    void forget() {
        inARow = 0;
    }

    /** A start has failed. A worker that hangs counts as three that fail at once. */
    void startFailed(@Nullable Throwable failure) {
        var hung = failure instanceof TimeoutException;
        starts++;
        failed(hung ? Math.max(inARow + 1, MOST) : inARow + 1,
                hung ? "a worker process was not ready after 30 s" : String.valueOf(failure == null ? null : failure.getMessage()));
        log("no worker for server " + server + ": " + last);
    }

    /** A worker has ended while it was idle. If this happens again and again, it must not be replaced without end. */
    void endedIdle(String ending) {
        failed(inARow + 1, ending + " while it was idle");
        log("server " + server + ": " + last);
    }

    private void failed(int nowInARow, String what) {
        inARow = nowInARow;
        nextTry = Moments.in(time, PAUSE);
        last = what;
    }

    private static void log(String text) {
        LOG.log(Level.WARNING, () -> String.join(" | ", text.lines().toList()));
    }
}
