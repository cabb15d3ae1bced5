package dev.weft.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

import dev.weft.net.support.ExitStages;
import org.jspecify.annotations.Nullable;

/** From the start to the end of a source, a sink or a pipeline. */
final class Life {
    /** Longer than any orderly end takes: who is still busy then is in somebody else's code, and is left alone. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final String what;
    private final AtomicReference<KafkaState> state = new AtomicReference<>(KafkaState.NEW);
    private final AtomicReference<@Nullable ExitStages> onExit = new AtomicReference<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean stopping;
    private volatile @Nullable IOException failure;
    private volatile boolean failed;
    private volatile @Nullable Thread worker;

    Life(String what) {
        this.what = what;
    }

    /** The work; what it throws ends the life as failed. */
    interface Work {
        void run() throws Exception;
    }

    void start(Settings settings, Thread.Builder threads, Work work, Runnable atEnd) throws IOException {
        if (!state.compareAndSet(KafkaState.NEW, KafkaState.CONNECTING)) {
            throw new IllegalStateException(stopping ? what + " was shut down" : what + " was started before");
        }
        try {
            Brokers.reach(settings, () -> stopping);
        } catch (IOException | RuntimeException | Error e) {
            end(e instanceof IOException io ? io : new IOException(what + ": " + e, e), atEnd);
            throw e;
        }
        worker = threads.unstarted(() -> live(work, atEnd));
        worker.start();
    }

    private void live(Work work, Runnable atEnd) {
        IOException ending = null;
        try {
            if (!stopping) {
                state.set(KafkaState.RUNNING);
                work.run();
            }
        } catch (IOException e) {
            ending = e;
        } catch (Exception e) {
            // The end interrupts, which is no failure.
            ending = stopping ? null : new IOException(what + " has failed: " + Brokers.reason(e), e);
        } catch (Error e) {
            ending = new IOException(what + " has failed: " + e, e);
            throw e;
        } finally {
            if (ending != null) {
                Log.ended(what, ending);
            }
            end(ending, atEnd);
        }
    }

    /** Until it has ended. The last call counts. */
    void drainOnExit(ExitStages.Stage stage, BooleanSupplier drain) {
        var before = onExit.getAndSet(ExitStages.install(stage, "weft-kafka-exit", drain));
        if (before != null) {
            before.remove();
        }
        if (state.get() == KafkaState.ENDED) {
            forgetExit();
        }
    }

    private void forgetExit() {
        var exit = onExit.getAndSet(null);
        if (exit != null) {
            exit.remove();
        }
    }

    private void end(@Nullable IOException ending, Runnable atEnd) {
        if (ending != null) {
            failure = ending;
            failed = true;
        }
        state.set(KafkaState.ENDED);
        try {
            atEnd.run();
        } finally {
            forgetExit();
            over.countDown();
        }
    }

    /**
     * Asks it to end, and waits for that: workers look at {@link #stopping}, and wait for a slice at most where they can.
     *
     * @param patience then the worker is interrupted
     */
    void stop(Duration patience, Runnable atEnd) {
        stopping = true;
        if (state.compareAndSet(KafkaState.NEW, KafkaState.ENDED)) {
            atEnd.run();
            forgetExit();
            over.countDown();
            return;
        }
        try {
            var thread = worker;
            if (!over.await(patience.toMillis(), TimeUnit.MILLISECONDS) && thread != null) {
                thread.interrupt();
                over.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void join() {
        if (state.get() == KafkaState.NEW) {
            throw new IllegalStateException(what + " has not been started");
        }
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        var why = failure;
        if (failed && why != null) {
            throw new UncheckedIOException(why);
        }
    }

    /** False when the end has not come in time. */
    boolean awaitEnd(Duration limit) {
        try {
            return state.get() == KafkaState.NEW || over.await(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Only the worker changes it while it works. */
    void become(KafkaState now) {
        state.updateAndGet(was -> was == KafkaState.ENDED ? was : now);
    }

    KafkaState state() {
        return state.get();
    }

    boolean stopping() {
        return stopping;
    }

    void failing(IOException with) {
        failure = with;
    }

    Optional<IOException> failure() {
        return Optional.ofNullable(failure);
    }

    @Override
    public String toString() {
        return what;
    }
}
