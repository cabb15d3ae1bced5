package dev.weft.net.serve;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

import dev.weft.net.TimeSource;
import dev.weft.net.spi.ListenerChannel.AcceptFailure;
import dev.weft.net.support.DeadlineTimer;
import dev.weft.net.support.Moments;
import dev.weft.net.support.TimedCondition;

/**
 * What the serving thread does over and over: takes a request, or waits for one; and what it does about failures.
 *
 * <p>No failure to accept ends it, lack of memory included: it is reported, the loop pauses, and tries again. Only a bug, an error of the JVM
 * itself or a class that can't be loaded any more ends it: nothing can be served after that.
 */
public final class ServeLoop {
    /** How long it rests when accepting fails for want of descriptors or memory. */
    private static final Duration PAUSE = Duration.ofMillis(100);
    /** A drain takes what is queued, but not for ever when nothing but lost connections comes out of the queue. */
    private static final int MOST_LOST = 100;

    private final Intake intake;
    private final Reports reports;
    private final PeriodicActions actions;
    private final TimeSource time;
    private final TimedCondition gate;
    private final DeadlineTimer alarm;
    private volatile boolean stopping;

    ServeLoop(Intake intake, Reports reports, PeriodicActions actions, TimeSource time, TimedCondition gate) {
        this.intake = intake;
        this.reports = reports;
        this.actions = actions;
        this.time = time;
        this.gate = gate;
        alarm = new DeadlineTimer(time, intake::wake);
    }

    /** Whether it is to end, or has been asked to before it began. */
    boolean stopping() {
        return stopping;
    }

    void stopping(boolean stop) {
        stopping = stop;
    }

    /** It has ended: its timer has no deadline. */
    void rest() {
        alarm.clear();
    }

    /** For good. */
    void close() {
        alarm.cancel();
    }

    /** One turn: serves one request if there is one, else waits, until the moment at most; true when it served one. */
    boolean turn(long until) {
        try {
            actions.runDue();
            if (Thread.currentThread().isInterrupted()) {
                stopping = true; // also in a loop that always finds a request, or only fails, and so never waits
                return false;
            }
            if (intake.take()) {
                return true;
            }
            alarm.set(Moments.earlier(until, actions.next()));
            if (!stopping) {
                intake.await();
            }
        } catch (InterruptedIOException e) {
            stopping = true;
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            afterFailure(e);
        } catch (OutOfMemoryError | StackOverflowError e) {
            survive(e);
        } catch (RuntimeException | Error e) {
            reports.acceptFailed(new IOException("accepting failed for good: " + e, e));
            throw e;
        }
        return false;
    }

    /** Whether the JVM itself is broken (SPEC SS-22); what asked for too much memory, or too much stack, is over with its request. */
    public static boolean isFatal(Throwable failure) {
        return failure instanceof VirtualMachineError && !(failure instanceof StackOverflowError || failure instanceof OutOfMemoryError);
    }

    /** What accept(2) may fail with, and why it is safe to go on: see {@link AcceptFailure}. */
    private void afterFailure(IOException e) {
        var failure = intake.classify(e);
        if (failure == AcceptFailure.CLOSED) {
            stopping = true;
            return;
        }
        reports.acceptFailed(e);
        if (failure != AcceptFailure.CONNECTION) {
            pause();
        }
    }

    private void survive(Error failure) {
        try {
            reports.acceptFailed(new IOException("accepting failed: " + failure, failure));
            pause();
        } catch (OutOfMemoryError e) { // not enough memory even for that
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private void pause() {
        gate.awaitInterruptibly(() -> stopping, Moments.in(time, PAUSE));
    }

    /** Takes the connections that were queued before a drain began, until the moment at most. */
    void takeQueued(long until) {
        alarm.set(until);
        for (int lost = 0; lost < MOST_LOST && !Moments.passed(time, until);) {
            try {
                if (!intake.take()) {
                    if (!intake.full()) {
                        return;
                    }
                    intake.await(); // for a connection to end
                }
            } catch (InterruptedIOException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (IOException e) {
                var failure = intake.classify(e);
                if (failure == AcceptFailure.CLOSED) {
                    return;
                }
                reports.acceptFailed(e);
                lost = failure == AcceptFailure.CONNECTION ? lost + 1 : MOST_LOST;
            } catch (OutOfMemoryError e) {
                survive(e);
                lost++;
            }
        }
    }
}
