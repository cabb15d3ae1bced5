package dev.weft.net.serve;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.weft.net.TimeSource;
import dev.weft.net.support.Moments;

/** What a server's loop does beside serving (socketserver's service_actions, SPEC SS-10). For the serving thread. */
public final class PeriodicActions {
    /**
     * What a builder was given.
     *
     * @param interval from one run to the next
     * @param task what is run
     */
    public record Planned(Duration interval, Runnable task) {
        /** Checks the interval. */
        public Planned {
            if (interval.isNegative() || interval.isZero()) {
                throw new IllegalArgumentException("every(%s, ...): the interval must be positive".formatted(interval));
            }
        }
    }

    private static final class Action {
        final Runnable task;
        final Duration interval;
        long due;

        Action(Runnable task, Duration interval, long due) {
            this.task = task;
            this.interval = interval;
            this.due = due;
        }
    }

    private final List<Action> actions = new ArrayList<>();
    private final TimeSource time;

    /** The first run of each is one interval from now. */
    public PeriodicActions(List<Planned> planned, TimeSource time) {
        this.time = time;
        for (var p : planned) {
            actions.add(new Action(p.task, p.interval, Moments.in(time, p.interval)));
        }
    }

    /** Runs those whose time has come; what they missed while the loop was busy they don't make up for. */
    void runDue() {
        for (var action : actions) {
            if (Moments.passed(time, action.due)) {
                try {
                    action.task.run();
                } catch (Throwable t) {
                    if (t instanceof Error e && ServeLoop.isFatal(e)) {
                        throw e;
                    }
                    ServeLog.actionFailed(t);
                } finally {
                    action.due = Moments.in(time, action.interval);
                }
            }
        }
    }

    /** When the next is due. */
    long next() {
        var next = Moments.NEVER;
        for (var action : actions) {
            next = Moments.earlier(next, action.due);
        }
        return next;
    }
}
