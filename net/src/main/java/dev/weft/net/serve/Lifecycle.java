package dev.weft.net.serve;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

import dev.weft.net.DrainReport;
import dev.weft.net.LifeState;
import dev.weft.net.TimeSource;
import dev.weft.net.support.ExitHook;
import dev.weft.net.support.Life;
import dev.weft.net.support.Moments;
import dev.weft.net.support.TimedCondition;
import org.jspecify.annotations.Nullable;

/**
 * A server's life: it runs the {@link ServeLoop}, ends it, and begins the {@link Drain}.
 *
 * <p>The serving thread alone takes from the intake. The thread that drains closes it, after the loop has ended or the deadline has come.
 */
public final class Lifecycle {
    /** What a handler gets for its clean-up once it was interrupted, and again once its connection was dropped. */
    static final Duration LAST_CALL = Duration.ofSeconds(1);

    /** One run of the loop. */
    private static final class Run {
        final Thread thread;
        volatile boolean ended;

        Run(Thread thread) {
            this.thread = thread;
        }
    }

    private final String name;
    private final Intake intake;
    private final RunningRequests requests;
    private final Runner runner;
    private final TimeSource time;
    private final Duration grace;
    private final boolean daemonThreads;
    private final Life life;
    private final TimedCondition changed;
    private final ServeLoop serving;
    private final Drain drain;
    private volatile @Nullable Run current;

    /** The life of a server that is bound. */
    public Lifecycle(String name, Intake intake, RunningRequests requests, Runner runner, Reports reports, PeriodicActions actions,
            Duration grace, boolean daemonThreads) {
        this.name = name;
        this.intake = intake;
        this.requests = requests;
        this.runner = runner;
        this.grace = grace;
        this.daemonThreads = daemonThreads;
        time = requests.time();
        life = new Life(() -> "server " + name + " at " + intake.address(), time, t -> ServeLog.closeTaskFailed(name, t));
        changed = life.changed();
        serving = new ServeLoop(intake, reports, actions, time, changed);
        drain = new Drain(name, life, serving, intake, requests, runner, reports, this::thread);
    }

    /** Where it is. */
    public LifeState state() {
        return life.state();
    }

    /** The serving thread. */
    public Optional<Thread> thread() {
        return Optional.ofNullable(current).map(run -> run.thread);
    }

    /** A shutdown that came before makes it return at once: SPEC SS-12. */
    public void run() {
        life.begin("run", () -> current = new Run(Thread.currentThread()));
        var takeBack = life.drainOnExitUnlessInstalled(() -> exitHook(grace, report -> {}, Thread.currentThread()));
        try {
            loop();
        } finally {
            takeBack.run();
        }
    }

    /** Runs the loop on a thread of its own. */
    public void start() {
        var thread = Thread.ofPlatform().name(name + "-accept").unstarted(this::loopAlone);
        life.begin("start", () -> {
            serving.stopping(false);
            current = new Run(thread);
        });
        try {
            thread.start();
        } catch (OutOfMemoryError e) { // no thread to be had
            loopEnded();
            throw e;
        }
    }

    /** Serves one request at most; false when none came in time, or a shutdown. */
    public boolean handleRequest(Duration timeout) {
        life.begin("handleRequest", () -> {
            serving.stopping(false);
            current = new Run(Thread.currentThread());
        });
        try {
            var until = Moments.limit(time, timeout);
            while (!serving.stopping()) {
                if (serving.turn(until)) {
                    return true;
                }
                if (Moments.passed(time, until)) {
                    return false;
                }
            }
            return false;
        } finally {
            loopEnded();
        }
    }

    /** Ends the loop, and waits for its end. */
    public void shutdown() {
        var run = life.unlessEnding(() -> {
            serving.stopping(true);
            return current;
        });
        if (run == null) {
            return;
        }
        intake.wake();
        changed.signal();
        var patience = grace.isZero() || grace.compareTo(LAST_CALL) > 0 ? grace : LAST_CALL;
        if (inside() || changed.await(() -> run.ended, Moments.limit(time, patience)) || !runner.inline()) {
            return;
        }
        requests.others().forEach(Request::interrupt);
        if (!changed.await(() -> run.ended, Moments.in(time, LAST_CALL))) {
            requests.others().forEach(Request::abort);
            changed.await(() -> run.ended, Moments.in(time, LAST_CALL));
        }
    }

    /** The first drain wins. With {@code join} false it waits for no handler and ends none. */
    public DrainReport drain(Duration deadline, boolean join) {
        if (drain.begin(deadline)) {
            return drain.run(join);
        }
        if (!inside()) {
            life.awaitEnd(Moments.NEVER);
        }
        return drain.report();
    }

    /** Drains for the grace. With daemonThreads it waits for no handler and ends none. */
    public void close() {
        drain(grace, !daemonThreads);
    }

    /** With a {@code caller}, that thread may go on for a moment when it has drained: see {@link ExitHook}. */
    public void drainOnExit(Duration deadline, Consumer<? super DrainReport> show, @Nullable Thread caller) {
        life.drainOnExit(() -> exitHook(deadline, show, caller));
    }

    private Runnable exitHook(Duration deadline, Consumer<? super DrainReport> show, @Nullable Thread caller) {
        return ExitHook.draining(name + "-exit", () -> drain(deadline, true), show, caller);
    }

    /** Has something done when it has ended; at once when it has. */
    public void onClose(Runnable closer) {
        life.onEnd(closer);
    }

    /** Waits for the end. */
    public void join() {
        life.join();
    }

    /** Waits for the end, for so long at most. */
    public boolean join(Duration limit) {
        return life.join(limit);
    }

    /** Whether this thread is one that the loop, or a drain, may be waiting for. */
    private boolean inside() {
        var run = current;
        return (run != null && run.thread == Thread.currentThread()) || life.isEndingHere() || insideHandler();
    }

    private boolean insideHandler() {
        return Request.current().filter(r -> r.isAmong(requests)).isPresent();
    }

    private void loop() {
        try {
            while (!serving.stopping()) {
                serving.turn(Moments.NEVER);
            }
            drain.takeWhatIsQueued();
        } catch (RuntimeException | Error e) {
            life.fail(e);
            ServeLog.loopFailed(name, e);
            throw e;
        } finally {
            loopEnded();
        }
    }

    /** No caller would see that the loop failed: rather than listen and not accept, the server ends then. */
    private void loopAlone() {
        try {
            loop();
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** NEW again, or, when the loop has ended because of a drain, ENDED before its thread goes on. */
    private void loopEnded() {
        serving.rest();
        var run = current;
        current = null;
        life.rest(() -> serving.stopping(false));
        if (run != null) {
            run.ended = true;
            changed.signal();
        }
        if (life.is(LifeState.DRAINING) && !insideHandler()) {
            life.awaitEnd(Moments.NEVER);
        }
    }
}
