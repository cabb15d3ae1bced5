package dev.weft.net.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weft.net.LifeState;
import dev.weft.net.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * The one state machine of all that lives: NEW, RUNNING, DRAINING, ENDED. Transitions happen under one lock and are announced through one
 * {@link TimedCondition}; no thread waits while it holds the lock. For any thread.
 */
public final class Life {
    private final Supplier<String> name;
    private final Consumer<Throwable> taskFailed;
    private final TimedCondition changed;
    private final Object lock = new Object();
    @GuardedBy("lock")
    private final List<Runnable> atEnd = new ArrayList<>(0);
    @GuardedBy("lock")
    private boolean atEndRun;
    @GuardedBy("lock")
    private @Nullable Runnable takeBackExitHook;
    private volatile LifeState state = LifeState.NEW;
    private volatile @Nullable Throwable failure;
    private volatile @Nullable Thread ending;

    /**
     * A new life.
     *
     * @param name of what lives, for messages: {@code server echo at 127.0.0.1:9999}
     * @param taskFailed is given what a task of {@link #onEnd} throws
     */
    public Life(Supplier<String> name, TimeSource time, Consumer<Throwable> taskFailed) {
        this.name = name;
        this.taskFailed = taskFailed;
        changed = new TimedCondition(time);
    }

    /** Where it is. */
    public LifeState state() {
        return state;
    }

    /** Whether it is in this state. */
    public boolean is(LifeState one) {
        return state == one;
    }

    /** Whether it is ending, or has ended: nothing new is begun. */
    public boolean isEnding() {
        return state.compareTo(LifeState.DRAINING) >= 0;
    }

    /** The condition that is signalled at each transition; for waits that depend on more than the state. */
    public TimedCondition changed() {
        return changed;
    }

    /**
     * From NEW to RUNNING.
     *
     * @param call the method that was called, for the message
     * @throws IllegalStateException when it is not NEW
     */
    public void begin(String call) {
        begin(call, () -> {});
    }

    /** As {@link #begin(String)}; the task runs under the lock, so that no thread sees RUNNING without its effect. It must not block. */
    public void begin(String call, Runnable task) {
        synchronized (lock) {
            if (state != LifeState.NEW) {
                throw new IllegalStateException("%s: %s is %s, not NEW".formatted(call, name.get(), state));
            }
            task.run();
            state = LifeState.RUNNING;
        }
        changed.signal();
    }

    /** From RUNNING back to NEW, if it is RUNNING; the task runs under the lock then. It must not block. */
    public void rest(Runnable task) {
        synchronized (lock) {
            if (state == LifeState.RUNNING) {
                task.run();
                state = LifeState.NEW;
            }
        }
        changed.signal();
    }

    /** Evaluates something under the lock, unless it is ending: null then. It must not block. */
    public <T> @Nullable T unlessEnding(Supplier<? extends @Nullable T> task) {
        synchronized (lock) {
            return isEnding() ? null : task.get();
        }
    }

    /** From NEW or RUNNING to DRAINING; true for the one call that did it. */
    public boolean beginDrain() {
        return beginDrain(() -> {});
    }

    /** As {@link #beginDrain()}; the task runs under the lock, so that no thread sees DRAINING without its effect. It must not block. */
    public boolean beginDrain(Runnable task) {
        synchronized (lock) {
            if (isEnding()) {
                return false;
            }
            task.run();
            state = LifeState.DRAINING;
        }
        changed.signal();
        return true;
    }

    /** Records what ends it, for {@link #join}; the first failure counts. */
    public void fail(Throwable why) {
        synchronized (lock) {
            if (failure == null) {
                failure = why;
            }
        }
    }

    /** What has ended it, unless it ended as it was told to. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    /** Has a task run at the end, before it is ENDED; at once when it has ended. */
    public void onEnd(Runnable task) {
        synchronized (lock) {
            if (!atEndRun) {
                atEnd.add(task);
                return;
            }
        }
        runTask(task);
    }

    /** Runs the tasks of {@link #onEnd} on this thread, then is ENDED. True for the first call; a later one returns false at once. */
    public boolean end() {
        List<Runnable> tasks;
        synchronized (lock) {
            if (atEndRun) {
                return false;
            }
            atEndRun = true;
            tasks = List.copyOf(atEnd);
        }
        ending = Thread.currentThread();
        try {
            tasks.forEach(this::runTask);
        } finally {
            ending = null;
            synchronized (lock) {
                state = LifeState.ENDED;
                replaceExitHook(null);
            }
            changed.signal();
        }
        return true;
    }

    /**
     * Has it drained when the process exits, in place of what was installed before; taken back at the end. Nothing once it is ENDED.
     *
     * @param install of an {@link ExitHook} or {@link ExitStages} returns what takes it back
     */
    public void drainOnExit(Supplier<? extends Runnable> install) {
        synchronized (lock) {
            replaceExitHook(null);
            if (state != LifeState.ENDED) {
                replaceExitHook(install.get());
            }
        }
    }

    /** As {@link #drainOnExit}, unless something is installed: then it does nothing and returns an empty task, else one that takes it back. */
    public Runnable drainOnExitUnlessInstalled(Supplier<? extends Runnable> install) {
        synchronized (lock) {
            if (takeBackExitHook != null || state == LifeState.ENDED) {
                return () -> {};
            }
            var takeBack = install.get();
            takeBackExitHook = takeBack;
            return () -> takeBackExitHook(takeBack);
        }
    }

    private void takeBackExitHook(Runnable one) {
        synchronized (lock) {
            if (takeBackExitHook == one) {
                replaceExitHook(null);
            }
        }
    }

    @GuardedBy("lock")
    private void replaceExitHook(@Nullable Runnable next) {
        if (takeBackExitHook != null) {
            takeBackExitHook.run();
        }
        takeBackExitHook = next;
    }

    private void runTask(Runnable task) {
        try {
            task.run();
        } catch (Throwable t) { // no thread may wait for ever because of it
            taskFailed.accept(t);
        }
    }

    /** Whether this thread runs the tasks of {@link #onEnd} now: it must not wait for the end. */
    public boolean isEndingHere() {
        return ending == Thread.currentThread();
    }

    /** Waits until it is ENDED, or until the moment; an interrupt does not end the wait, and stays set. False when it is not ENDED. */
    public boolean awaitEnd(long moment) {
        return changed.await(() -> state == LifeState.ENDED, moment);
    }

    /**
     * Waits until it is ENDED. An interrupt of this thread ends the wait, and stays set.
     *
     * @throws RuntimeException what has ended it: an unchecked exception or an error as it was, an {@link IOException} in an
     *     {@link UncheckedIOException}
     */
    public void join() {
        if (changed.awaitInterruptibly(() -> state == LifeState.ENDED, Moments.NEVER)) {
            rethrow();
        }
    }

    /**
     * As {@link #join()}, for so long at most.
     *
     * @param limit zero means no limit
     * @return false when it has not ended by then
     */
    public boolean join(Duration limit) {
        if (changed.awaitInterruptibly(() -> state == LifeState.ENDED, Moments.limit(changed.time(), limit))) {
            rethrow();
            return true;
        }
        return false;
    }

    private void rethrow() {
        switch (failure) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case IOException e -> throw new UncheckedIOException(e.getMessage(), e);
            case Throwable t -> throw new IllegalStateException(name.get() + " has failed: " + t, t);
        }
    }
}
