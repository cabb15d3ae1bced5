package dev.weft.queue;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import dev.weft.net.support.SafeLog;
import org.jspecify.annotations.Nullable;

/** The threads of a service: they start once, do the same task, and end together. */
final class ServiceThreads {
    /** What each of them does, until the task is over or it is interrupted. */
    interface Task {
        void run() throws Exception;

        /** Lets who waits for a message look whether there will be one. */
        default void drain() {}
    }

    /** What an interrupted stage gets for its clean-up, before {@link #shutdown} leaves it to itself. */
    private static final Duration LAST_CALL = Duration.ofSeconds(3);

    private final String name;
    private final Supplier<SafeLog> log;
    private final Runnable atEnd;
    private final Set<Thread> working = new HashSet<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private @Nullable Thread caller;
    /** By us. */
    private boolean interruptedCaller;
    /** By somebody else. */
    private boolean callerWasInterrupted;
    private volatile boolean started;
    private volatile boolean ending;
    private volatile @Nullable Throwable failure;

    /**
     * @param log where it logs, once it is at work
     * @param atEnd what the last one does before it goes; quick
     */
    ServiceThreads(String name, Supplier<SafeLog> log, Runnable atEnd) {
        this.name = name;
        this.log = log;
        this.atEnd = atEnd;
    }

    synchronized void start(int workers, Task task) {
        begin();
        for (int i = 1; i <= workers; i++) {
            hire(workers == 1 ? name : name + "-" + i, task);
        }
    }

    /** The caller is the first of them, and returns when all have ended. */
    void run(int workers, Task task) {
        var me = Thread.currentThread();
        synchronized (this) {
            begin();
            caller = me;
            working.add(me);
            for (int i = 2; i <= workers; i++) {
                hire(name + "-" + i, task);
            }
        }
        work(task);
        // From here on nobody of ours interrupts this thread.
        var interrupted = mustStay(Thread.interrupted());
        try {
            ended.await();
        } catch (InterruptedException e) {
            interrupted = true;
            end();
        }
        if (interrupted) {
            me.interrupt();
        }
    }

    void join() {
        if (!started && !ending) {
            throw new IllegalStateException("service " + name + " has not been started: there is nothing to wait for");
        }
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** False when it has not ended in time, or the wait was interrupted, which stays set. */
    boolean awaitEnd(Duration limit) {
        try {
            return ended.await(Waits.nanos(limit), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    boolean isOneOfUs() {
        synchronized (this) {
            return working.contains(Thread.currentThread());
        }
    }

    void shutdown() {
        synchronized (this) {
            end();
            if (working.contains(Thread.currentThread())) {
                return;
            }
        }
        try {
            if (!ended.await(LAST_CALL.toMillis(), TimeUnit.MILLISECONDS)) {
                log.get().log(Level.WARNING,
                        () -> "service " + name + " does not heed its interrupt: still working " + LAST_CALL.toSeconds() + " s later");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    boolean alive() {
        return started && ended.getCount() > 0;
    }

    boolean hasEnded() {
        return ended.getCount() == 0;
    }

    boolean started() {
        return started;
    }

    boolean ending() {
        return ending;
    }

    Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    private void begin() {
        if (started || ending) {
            throw new IllegalStateException("service " + name + (started ? " was started before" : " was shut down") + ": make another one");
        }
        started = true;
    }

    private void hire(String name, Task task) {
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

    /** Who runs a service on a thread of his own may interrupt it; nobody but us knows the others. */
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
        synchronized (this) {
            if (failure == null) {
                failure = t;
            }
            end();
        }
        log.get().log(Level.ERROR, () -> "service " + name + " has ended", t);
    }

    /** Interrupts all but the one who says so. */
    private synchronized void end() {
        ending = true;
        for (var thread : working) {
            if (thread != Thread.currentThread()) {
                thread.interrupt();
                interruptedCaller |= thread == caller;
            }
        }
        if (!started) {
            over();
        }
    }

    private synchronized void leave() {
        working.remove(Thread.currentThread());
        if (working.isEmpty()) {
            over();
        }
    }

    private void over() {
        atEnd.run();
        ended.countDown();
    }

    /** An interrupt that was ours must not outlive the service; any other must. */
    private synchronized boolean mustStay(boolean interrupt) {
        return callerWasInterrupted || (interrupt && !interruptedCaller);
    }
}
