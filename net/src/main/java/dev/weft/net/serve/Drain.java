package dev.weft.net.serve;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

import dev.weft.net.DrainReport;
import dev.weft.net.LifeState;
import dev.weft.net.TimeSource;
import dev.weft.net.support.ExitHook;
import dev.weft.net.support.Life;
import dev.weft.net.support.Moments;

/**
 * How a server ends: it stops accepting, waits for the handlers until the deadline, then interrupts them, and drops their connections when that is
 * of no use. Once for each server; the thread that {@link #begin begins} it {@link #run runs} it.
 */
final class Drain {
    /** When it first looks again which threads are inside {@code System.exit}. */
    private static final Duration FIRST_LOOK = Duration.ofMillis(100);

    private final String name;
    private final Life life;
    private final ServeLoop serving;
    private final Intake intake;
    private final RunningRequests requests;
    private final Runner runner;
    private final Reports reports;
    private final Supplier<Optional<Thread>> loop;
    private final TimeSource time;
    private volatile long end = Moments.NEVER;
    private volatile long patience = Moments.NEVER;
    private volatile DrainReport report = new DrainReport(Duration.ZERO, 0, 0, 0, List.of());

    /** {@code loop} is the thread that runs the loop now. */
    Drain(String name, Life life, ServeLoop serving, Intake intake, RunningRequests requests, Runner runner, Reports reports,
            Supplier<Optional<Thread>> loop) {
        this.name = name;
        this.life = life;
        this.serving = serving;
        this.intake = intake;
        this.requests = requests;
        this.runner = runner;
        this.reports = reports;
        this.loop = loop;
        time = requests.time();
    }

    /** True for the first call. */
    boolean begin(Duration deadline) {
        return life.beginDrain(() -> {
            end = Moments.limit(time, deadline);
            patience = Moments.limit(time, deadline.dividedBy(2)); // so that connections that are ended then have ended before it is late
            serving.stopping(true);
        });
    }

    /** The last one; of an unfinished drain, an empty one. */
    DrainReport report() {
        return report;
    }

    /** For the loop's thread: serves the connections that were queued before the drain began, unless another process serves them. */
    void takeWhatIsQueued() {
        if (!life.is(LifeState.DRAINING)) {
            return;
        }
        intake.leaveQueue();
        serving.takeQueued(end);
        intake.stop(); // here and at once: a connection that comes between the last look and this is lost
    }

    /** Without {@code join} it waits for no handler and ends none. */
    DrainReport run(boolean join) {
        var began = time.nanoTime();
        var endedBefore = requests.ended();
        var ends = new Ends(0, 0, 0, List.of());
        try {
            intake.drain(patience);
            intake.wake();
            life.changed().signal();
            awaitLoop();
            intake.stop();
            ends = join ? endOthers(endedBefore) : ends;
            intake.close();
        } finally { // whatever fails there, no thread may wait for a drain that is over
            try {
                runner.close(!join);
                serving.close();
                report = new DrainReport(Moments.since(time, began), ends.finished, ends.interrupted, ends.aborted, ends.stragglers);
            } finally {
                life.end();
            }
            if (!report.clean()) {
                ServeLog.stragglers(name, report);
            }
            reports.drained(report);
        }
        return report;
    }

    private record Ends(int finished, int interrupted, int aborted, List<DrainReport.Straggler> stragglers) {}

    /** Waits for the handlers on other threads until the deadline, then interrupts, then drops their connections. */
    private Ends endOthers(long endedBefore) {
        var late = awaitOthers();
        var finished = (int) (requests.ended() - endedBefore);
        var stragglers = late.stream().map(Request::straggler).toList();
        late.forEach(Request::interrupt);
        var later = requests.await(late, lastCall());
        later.forEach(Request::abort);
        requests.await(later, lastCall());
        return new Ends(finished, late.size() - later.size(), later.size(), stragglers);
    }

    private long lastCall() {
        return Moments.in(time, Lifecycle.LAST_CALL);
    }

    /** Waits for the loop's end until the deadline, unless it runs on this thread, or on one that does not return: see {@link #awaitOthers}. */
    private void awaitLoop() {
        for (var look = FIRST_LOOK;; look = look.multipliedBy(2)) {
            var thread = loop.get();
            if (thread.isEmpty() || thread.get() == Thread.currentThread() || ExitHook.exiting(thread.get()) || Moments.passed(time, end)) {
                return;
            }
            life.changed().await(() -> loop.get().isEmpty(), Moments.earlier(end, Moments.in(time, look)));
        }
    }

    /**
     * Waits for the handlers on other threads, until the deadline; returns those that are late. One that has called {@code System.exit} waits
     * for this drain, and this drain not for it; it may do so at any time, so this looks again, at growing intervals.
     */
    private List<Request> awaitOthers() {
        for (var look = FIRST_LOOK;; look = look.multipliedBy(2)) {
            var exiting = requests.exiting();
            if (requests.awaitOthersBut(exiting, Moments.earlier(end, Moments.in(time, look))) || Moments.passed(time, end)) {
                return requests.others().stream().filter(r -> !exiting.contains(r)).toList();
            }
        }
    }
}
