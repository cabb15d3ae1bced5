package dev.weft.net.serve;

import java.lang.System.Logger.Level;

import dev.weft.net.DrainReport;
import dev.weft.net.support.SafeLog;

/** What the loop and the end of a server log. */
final class ServeLog {
    private static final SafeLog LOG = SafeLog.of("dev.weft.net");
    /** So many stacks of handlers that outlasted a drain; the report has them all. */
    private static final int MOST_STRAGGLERS = 100;

    private ServeLog() {}

    static void actionFailed(Throwable failure) {
        LOG.log(Level.ERROR, () -> "an action given to every(...) threw; it will be called again", failure);
    }

    static void closeTaskFailed(String server, Throwable failure) {
        LOG.log(Level.ERROR, () -> "a task given to onClose of server " + server + " threw", failure);
    }

    static void loopFailed(String server, Throwable failure) {
        LOG.log(Level.ERROR, () -> "server " + server + " stopped serving: its loop failed", failure);
    }

    static void stragglers(String server, DrainReport report) {
        LOG.log(Level.WARNING, () -> "server " + server + " " + report.summary());
        for (var s : report.stragglers().subList(0, Math.min(MOST_STRAGGLERS, report.stragglers().size()))) {
            var where = new Throwable("where it was when the deadline passed");
            where.setStackTrace(s.stack().toArray(StackTraceElement[]::new));
            LOG.log(Level.WARNING, () -> "server " + server + " could not finish with " + s.remote() + ", thread " + s.thread(), where);
        }
    }
}
