package dev.weft.net;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import dev.weft.net.Server.State;
import dev.weft.net.support.ExitHook;
import org.jspecify.annotations.Nullable;

/**
 * A server's life: the one state machine of all servers, the loop that serves, and the ways to end it.
 *
 * <p>Transitions happen under one monitor and are announced through one gate; nothing waits while it holds the monitor. The serving thread
 * alone takes from the intake. The thread that drains closes it, after the loop has ended or the deadline has come.
 */
final class Lifecycle {
    /** What a handler gets for its clean-up once it was interrupted, and again once its connection was dropped. */
    private static final Duration LAST_CALL = Duration.ofSeconds(1);
    /** When a drain first looks again who is inside {@code System.exit}. */
    private static final Duration FIRST_LOOK = Duration.ofMillis(100);

    private final Server server;
    private final Intake intake;
    private final Requests requests;
    private final Runner runner;
    private final Reporter reporter;
    private final TimeSource time;
    private final Gate gate;
    private final ServeLoop serving;
    private final Object transition = new Object();
    private volatile State state = State.OPEN;
    private volatile @Nullable Thread loop;
    private volatile int loopsEnded;
    private volatile long drainEnd = Alarm.NEVER;
    private volatile long patience = Alarm.NEVER;
    private volatile DrainReport report = new DrainReport(Duration.ZERO, 0, 0, 0, List.of());
    private @Nullable ExitHook exitHook;
    private final List<Runnable> closers = new ArrayList<>(0);
    private boolean closersRun;
    private volatile @Nullable Thread closing;

    Lifecycle(Server server, Intake intake, Requests requests, Runner runner, Reporter reporter, Actions actions) {
        this.server = server;
        this.intake = intake;
        this.requests = requests;
        this.runner = runner;
        this.reporter = reporter;
        time = requests.time();
        gate = new Gate(time);
        serving = new ServeLoop(server, intake, reporter, actions, time, gate);
    }

    State state() {
        return state;
    }

    /** The serving thread. */
    Optional<Thread> thread() {
        return Optional.ofNullable(loop);
    }

    void serveForever() {
        synchronized (transition) {
            require("serveForever");
            if (serving.stopping()) { // a shutdown that came before: SPEC SS-12
                serving.stopping(false);
                return;
            }
            begin(Thread.currentThread());
        }
        run();
    }

    void start() {
        synchronized (transition) {
            require("start");
            serving.stopping(false);
            var thread = Thread.ofPlatform().name(server.name() + "-accept").unstarted(this::runAlone);
            begin(thread);
            try {
                thread.start();
            } catch (OutOfMemoryError e) { // no thread to be had
                end();
                throw e;
            }
        }
    }

    boolean handleRequest(Duration timeout) {
        synchronized (transition) {
            require("handleRequest");
            serving.stopping(false);
            begin(Thread.currentThread());
        }
        try {
            var until = Alarm.after(time, timeout);
            while (!serving.stopping()) {
                if (serving.turn(until)) {
                    return true;
                }
                if (Alarm.passed(time, until)) {
                    return false;
                }
            }
            return false;
        } finally {
            end();
        }
    }

    void shutdown(Duration grace) {
        int before;
        synchronized (transition) {
            if (state == State.OPEN || state == State.SERVING) {
                serving.stopping(true);
            }
            if (state != State.SERVING) {
                return;
            }
            before = loopsEnded;
        }
        intake.wake();
        gate.signal();
        var patience = grace.compareTo(LAST_CALL) > 0 ? grace : LAST_CALL;
        if (inside() || gate.await(() -> loopsEnded != before, Alarm.in(time, patience)) || !runner.inline()) {
            return;
        }
        requests.others().forEach(Request::interrupt);
        if (!gate.await(() -> loopsEnded != before, lastCall())) {
            requests.others().forEach(Request::abort);
            gate.await(() -> loopsEnded != before, lastCall());
        }
    }

    /** The first drain wins. With {@code join} false it waits for no handler and ends none. */
    DrainReport drain(Duration deadline, boolean join) {
        if (beginDrain(deadline)) {
            return drainNow(join);
        }
        if (!inside()) {
            gate.await(() -> state == State.CLOSED, Alarm.NEVER);
        }
        return report;
    }

    private boolean beginDrain(Duration deadline) {
        synchronized (transition) {
            if (state == State.DRAINING || state == State.CLOSED) {
                return false;
            }
            drainEnd = Alarm.in(time, deadline);
            patience = Alarm.in(time, deadline.dividedBy(2)); // so that who is let go then has ended before it is late
            state = State.DRAINING;
            serving.stopping(true);
            return true;
        }
    }

    /** With a {@code caller}, that thread may go on for a moment when it has drained: see {@link ExitHook}. */
    void drainOnExit(Duration deadline, Consumer<? super DrainReport> show, @Nullable Thread caller) {
        var name = server.name() + "-exit";
        BooleanSupplier drain = () -> {
            var drained = drain(deadline, true);
            show.accept(drained);
            return drained.clean();
        };
        synchronized (transition) {
            forgetExitHook();
            if (state != State.CLOSED) {
                exitHook = caller == null ? ExitHook.install(name, drain) : ExitHook.install(name, drain, caller);
            }
        }
    }

    /** Has something done when it has ended; at once when it has. */
    void onClose(Runnable closer) {
        synchronized (transition) {
            if (!closersRun) {
                closers.add(closer);
                return;
            }
        }
        runCloser(closer);
    }

    /** Before it is CLOSED, which other closers and the loop wait for; this thread need not, should it close the server again. */
    private void runClosers() {
        List<Runnable> all;
        synchronized (transition) {
            closersRun = true;
            all = List.copyOf(closers);
        }
        closing = Thread.currentThread();
        all.forEach(this::runCloser);
        closing = null;
    }

    private void runCloser(Runnable closer) {
        try {
            closer.run();
        } catch (Throwable t) { // nobody may wait for ever because of it
            Log.closerFailed(server, t);
        }
    }

    private void require(String call) {
        if (state != State.OPEN) {
            throw new IllegalStateException(
                    call + " on a server that is " + state + ", not OPEN: " + server.name() + " at " + server.address());
        }
    }

    private void begin(Thread thread) {
        state = State.SERVING;
        loop = thread;
    }

    /** Whether this thread is one that the loop, or a drain, may be waiting for. */
    private boolean inside() {
        return loop == Thread.currentThread() || closing == Thread.currentThread() || insideHandler();
    }

    private boolean insideHandler() {
        return Request.current().filter(r -> r.server() == server).isPresent();
    }

    private void run() {
        try {
            while (!serving.stopping()) {
                serving.turn(Alarm.NEVER);
            }
            takeWhatIsQueued();
        } catch (RuntimeException | Error e) {
            Log.loopFailed(server, e);
            throw e;
        } finally {
            end();
        }
    }

    /** Nobody else would hear of a loop that fails: rather than listen and serve nobody, the server ends then. */
    private void runAlone() {
        try {
            run();
        } catch (RuntimeException | Error e) {
            server.close();
            throw e;
        }
    }

    /** The loop has ended: OPEN again, or, when that was because of a drain, CLOSED before its thread goes on. */
    private void end() {
        serving.rest();
        synchronized (transition) {
            loop = null;
            loopsEnded++;
            if (state == State.SERVING) {
                state = State.OPEN;
                serving.stopping(false);
            }
        }
        gate.signal();
        if (state == State.DRAINING && !insideHandler()) {
            gate.await(() -> state == State.CLOSED, Alarm.NEVER);
        }
    }

    /** A drain serves those who knocked before it began, as long as its deadline lets it, unless another process serves them. */
    private void takeWhatIsQueued() {
        if (state != State.DRAINING) {
            return;
        }
        intake.leaveQueue();
        serving.takeQueued(drainEnd);
        intake.stop(); // here and at once: who comes between the last look and this is lost
    }

    private DrainReport drainNow(boolean join) {
        var began = time.nanoTime();
        var endedBefore = requests.ended();
        var ends = new Ends(0, 0, 0, List.of());
        try {
            intake.drain(patience);
            intake.wake();
            gate.signal();
            if (loop != Thread.currentThread()) {
                awaitLoop();
            }
            intake.stop();
            ends = join ? endOthers(endedBefore) : ends;
            intake.close();
        } finally { // whatever fails there, nobody waits for a drain that is over
            try {
                runner.close(!join);
                serving.close();
                var took = Duration.ofNanos(time.nanoTime() - began);
                report = new DrainReport(took, ends.finished, ends.interrupted, ends.aborted, ends.stragglers);
                runClosers();
            } finally {
                synchronized (transition) {
                    state = State.CLOSED;
                    forgetExitHook();
                }
                gate.signal();
            }
            reporter.drained(report);
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

    /** Waits for the loop's end, until the deadline, unless its thread is one that does not return: see {@link #awaitOthers}. */
    private void awaitLoop() {
        for (var look = FIRST_LOOK;; look = look.multipliedBy(2)) {
            var thread = loop;
            if (thread == null || ExitHook.exiting(thread) || Alarm.passed(time, drainEnd)) {
                return;
            }
            gate.await(() -> loop == null, Alarm.earlier(drainEnd, Alarm.in(time, look)));
        }
    }

    /**
     * Waits for the handlers on other threads, until the deadline; returns those that are late. One that has called {@code System.exit} waits
     * for this drain, and this drain not for it; it may do so at any time, hence the looks, ever more seldom.
     */
    private List<Request> awaitOthers() {
        for (var look = FIRST_LOOK;; look = look.multipliedBy(2)) {
            var exiting = requests.exiting();
            if (requests.awaitOthersBut(exiting, Alarm.earlier(drainEnd, Alarm.in(time, look))) || Alarm.passed(time, drainEnd)) {
                return requests.others().stream().filter(r -> !exiting.contains(r)).toList();
            }
        }
    }

    private long lastCall() {
        return Alarm.in(time, LAST_CALL);
    }

    private void forgetExitHook() {
        if (exitHook != null) {
            exitHook.remove();
            exitHook = null;
        }
    }
}
