package dev.weft.queue;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weft.net.LifeState;
import dev.weft.net.support.Life;
import dev.weft.net.support.Moments;
import dev.weft.net.support.SafeLog;
import org.jspecify.annotations.Nullable;

/** The threads of a service: they start once, do the same task, and end together. */
final class ServiceThreads {
    /** What each of them does, until the task is over or it is interrupted. */
    interface Task {
        void run() throws Exception;

        /** A thread that waits for a message looks whether there will be one. */
        default void drain() {}
    }

    /** How long an interrupted stage may take for its clean-up before {@link #endAndWait} leaves it to itself. */
    private static final Duration LAST_CALL = Duration.ofSeconds(3);

    private final String name;
    private final Supplier<SafeLog> log;
    private final Life life;
    @GuardedBy("this")
    private final Set<Thread> working = new HashSet<>();
    @GuardedBy("this")
    private @Nullable Thread caller;
    /** By this object. */
    @GuardedBy("this")
    private boolean interruptedCaller;
    /** By another thread. */
    @GuardedBy("this")
    private boolean callerWasInterrupted;
    private volatile boolean ending;

    /** Threads that are not started; {@code log} is where they log, once they work. */
    ServiceThreads(String name, Supplier<SafeLog> log, Life life) {
        this.name = name;
        this.log = log;
        this.life = life;
    }

    synchronized void start(int workers, Task task) {
        life.begin("start");
        for (int i = 1; i <= workers; i++) {
            add(workers == 1 ? name : name + "-" + i, task);
        }
    }

    /** The caller is the first of them, and returns when all have ended. */
    void run(int workers, Task task) {
        var me = Thread.currentThread();
        synchronized (this) {
            life.begin("run");
            caller = me;
            working.add(me);
            for (int i = 2; i <= workers; i++) {
                add(name + "-" + i, task);
            }
        }
        work(task);
        // From here on this object interrupts this thread no more.
        var interrupted = mustStay(Thread.interrupted());
        try {
            life.changed().waitFor(() -> life.is(LifeState.ENDED), Moments.NEVER);
        } catch (InterruptedException e) {
            interrupted = true;
            end();
        }
        if (interrupted) {
            me.interrupt();
        }
    }

    /** Waits until all have ended, or until the moment; an interrupt, which stays set, ends the wait. */
    boolean awaitEnd(long moment) {
        return life.changed().awaitInterruptibly(() -> life.is(LifeState.ENDED), moment);
    }

    /** Whether the calling thread is one of them. */
    synchronized boolean isOneOfUs() {
        return working.contains(Thread.currentThread());
    }

    /** How many work. */
    synchronized int count() {
        return working.size();
    }

    /** Whether they are interrupted, and end. */
    boolean ending() {
        return ending;
    }

    /** Interrupts all, waits for their end, and warns when that takes too long; an interrupt, which stays set, ends the wait. */
    void endAndWait() {
        end();
        if (!awaitEnd(Moments.in(life.changed().time(), LAST_CALL)) && !Thread.currentThread().isInterrupted()) {
            log.get().log(Level.WARNING,
                    () -> "service " + name + " ignores its interrupt: it still works " + LAST_CALL.toSeconds() + " s later");
        }
    }

    /** Interrupts all but the calling thread. */
    void end() {
        synchronized (this) {
            ending = true;
            for (var thread : working) {
                if (thread != Thread.currentThread()) {
                    thread.interrupt();
                    interruptedCaller |= thread == caller;
                }
            }
            if (!working.isEmpty()) {
                return;
            }
        }
        life.end(); // it was never started, or all are about to end
    }

    @GuardedBy("this")
    private void add(String name, Task task) {
        var thread = Thread.ofVirtual().name(name).unstarted(() -> work(task));
        working.add(thread);
        thread.start();
    }

    private void work(Task task) {
        try {
            task.run();
        } catch (InterruptedException e) {
            interrupted(e);
        } catch (Exception | Error e) {
            failed(e);
        } finally {
            leave();
        }
    }

    /** A thread that runs a service may be interrupted by anybody who knows it; only this object knows the others. */
    private void interrupted(InterruptedException e) {
        synchronized (this) {
            if (ending) {
                return;
            }
            if (Thread.currentThread() == caller) {
                callerWasInterrupted = true;
                end();
                return;
            }
        }
        failed(e);
    }

    private void failed(Throwable t) {
        if (ending && t instanceof Exception) {
            log.get().log(Level.DEBUG, () -> "service " + name + " was interrupted", t);
            return;
        }
        life.fail(t);
        end();
        log.get().log(Level.ERROR, () -> "service " + name + " has ended", t);
    }

    private void leave() {
        boolean last;
        synchronized (this) {
            working.remove(Thread.currentThread());
            last = working.isEmpty();
        }
        if (last) {
            life.end();
        }
    }

    /** An interrupt by this object must not outlive the service; any other must. */
    private synchronized boolean mustStay(boolean interrupt) {
        return callerWasInterrupted || (interrupt && !interruptedCaller);
    }
}
