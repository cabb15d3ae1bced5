package dev.weft.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import dev.weft.net.DrainReport;
import dev.weft.net.LifeState;
import dev.weft.net.support.ExitStages;
import dev.weft.net.support.Life;
import dev.weft.net.support.Moments;
import org.jspecify.annotations.Nullable;

/**
 * What sources, sinks and pipelines have in common: each starts once, works on a thread of its own, and ends once.
 *
 * <p>Safe for any number of threads. Its own threads are daemons: a program that has nothing else to do calls {@link #join} or {@link #run}. A
 * decoder, a stage, a handler of poison and an acknowledgement must not call {@link #drain}, {@link #close} or {@link #join}, which would wait for
 * them.
 *
 * @param <S> the type itself, which {@link #start} returns
 */
public abstract class KafkaEnd<S extends KafkaEnd<S>> implements AutoCloseable {
    /** Longer than any orderly end takes: what is still busy then is code of the user, and is left alone. */
    private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(5);

    private final KafkaSettings settings;
    private final KafkaLife shared;
    private final Life life;
    private final KafkaWork work;
    private final AtomicBoolean drainAsked = new AtomicBoolean();
    private volatile @Nullable DrainReport report;
    private volatile @Nullable Thread worker;

    /** Only the three of this package. */
    KafkaEnd(KafkaSettings settings, KafkaLife shared, KafkaWork work) {
        this.settings = settings;
        this.shared = shared;
        this.life = shared.life();
        this.work = work;
    }

    abstract S self();

    /** Of its thread. */
    abstract Thread.Builder thread();

    /** How long its thread, told to stop at once, has for that before it is interrupted. */
    abstract Duration patience();

    /** Where it stands in a pipeline, for the order in which all are drained at an exit. */
    abstract ExitStages.Stage stage();

    /** Its end, before it is ENDED: on its thread, or on the one that ends what was never started. */
    abstract void ended();

    /**
     * Checks that a broker answers, and then works in the background.
     *
     * @throws IOException when none does within {@link KafkaTopic#connectWithin}, or it refuses us; it has ended then
     * @throws IllegalStateException when it was started before, or has ended
     */
    public S start() throws IOException {
        life.begin("start");
        life.onEnd(this::ended);
        try {
            Brokers.reach(settings, shared);
        } catch (IOException | RuntimeException | Error e) {
            shared.end(e instanceof IOException io ? io : new IOException(shared + ": " + e, e));
            throw e;
        }
        var thread = thread().unstarted(this::work);
        worker = thread;
        thread.start();
        return self();
    }

    /**
     * Starts it, and waits until it has ended; meanwhile it is drained when the process is asked to exit, as {@link #drainOnExit} says, for
     * {@link KafkaTopic#grace} unless that was called. An interrupt of this thread closes it, and stays set.
     *
     * @throws IOException as {@link #start}
     * @throws UncheckedIOException when a failure has ended it
     */
    public void run() throws IOException {
        start();
        var takeBack = life.drainOnExitUnlessInstalled(() -> installExit(settings.grace, shown -> {}));
        try {
            join();
        } finally {
            takeBack.run();
            close();
        }
    }

    /**
     * Waits until it has ended. An interrupt of this thread ends the wait, and stays set.
     *
     * @throws UncheckedIOException when a failure has ended it
     */
    public void join() {
        life.join();
    }

    /**
     * As {@link #join()}, for so long at most.
     *
     * @param limit zero means no limit
     * @return false when it has not ended by then
     * @throws UncheckedIOException when a failure has ended it
     */
    public boolean join(Duration limit) {
        return life.join(Moments.checkLimit("join", limit));
    }

    /**
     * Takes no more, waits until what is under way is acknowledged, and ends. At the limit it stops at once, within about 3 s even when no broker
     * answers; what is not acknowledged by then comes again. An interrupt does not end the wait, and stays set. The first drain wins: a later one,
     * or a close, waits for it and returns its report.
     *
     * @param limit zero means no limit
     * @return what it finished and what it gave up
     */
    public DrainReport drain(Duration limit) {
        Moments.checkLimit("drain", limit);
        if (drainAsked.compareAndSet(false, true)) {
            report = drainOnce(limit);
            shared.changed().signal();
        }
        return awaitReport();
    }

    private DrainReport drainOnce(Duration limit) {
        var time = shared.time();
        long began = time.nanoTime();
        long before = work.finished();
        var unused = new AtomicBoolean();
        life.beginDrain(() -> unused.set(life.is(LifeState.NEW)));
        var interrupted = false;
        if (unused.get()) {
            life.onEnd(this::ended);
            shared.end(null);
        } else {
            work.drain();
            interrupted = !life.awaitEnd(Moments.limit(time, limit)) && stop();
        }
        return work.report(Moments.since(time, began), before, interrupted);
    }

    /** True when its thread had to be interrupted. */
    private boolean stop() {
        shared.stop();
        if (life.awaitEnd(Moments.in(shared.time(), patience()))) {
            return false;
        }
        var thread = worker;
        if (thread != null) {
            thread.interrupt();
            life.awaitEnd(Moments.in(shared.time(), AFTER_INTERRUPT));
        }
        return true;
    }

    private DrainReport awaitReport() {
        shared.changed().await(() -> report != null, Moments.NEVER);
        var now = report;
        return now == null ? new DrainReport(Duration.ZERO, 0, 0, 0, List.of()) : now;
    }

    /** Drains it, for {@link KafkaTopic#grace} (1 s by default). Idempotent. */
    @Override
    public void close() {
        drain(settings.grace);
    }

    /** As {@link #drainOnExit(Duration, Consumer)}, and shows the report to nobody. */
    public S drainOnExit(Duration limit) {
        return drainOnExit(limit, shown -> {});
    }

    /**
     * Drains when the process is asked to stop (SIGTERM, Ctrl-C) or exits otherwise: sources first, pipelines and services next, sinks last, as far
     * as they do the same. After a signal the process exits with 0 when all were drained, otherwise with 128 and the signal's number; a second
     * signal ends it at once. The last call counts.
     *
     * @param limit see {@link #drain}
     * @param show is given the report
     */
    public S drainOnExit(Duration limit, Consumer<? super DrainReport> show) {
        Moments.checkLimit("drainOnExit", limit);
        life.drainOnExit(() -> installExit(limit, show));
        return self();
    }

    private Runnable installExit(Duration limit, Consumer<? super DrainReport> show) {
        return ExitStages.install(stage(), "weft-kafka-exit", () -> {
            var drained = drain(limit);
            show.accept(drained);
            return drained.clean();
        })::remove;
    }

    /** Where it is in its life. */
    public LifeState state() {
        return life.state();
    }

    /**
     * Whether it works: a broker has answered, and it does not pause after a failure ({@link #failure} says which). While brokers are away, Kafka's
     * clients wait for them, and this stays true.
     */
    public boolean connected() {
        return shared.connected();
    }

    /** What failed last, whether it goes on or has ended by it. */
    public Optional<IOException> failure() {
        return shared.failure();
    }

    @Override
    public String toString() {
        return shared.toString();
    }

    private void work() {
        IOException why = null;
        try {
            if (!shared.stopping()) {
                shared.works();
                work.run();
            }
        } catch (IOException e) {
            why = e;
        } catch (Exception e) {
            // It was interrupted because it must stop: that is no failure.
            why = shared.stopping() ? null : new IOException(shared + " has failed: " + Brokers.reason(e), e);
        } catch (Error e) {
            why = new IOException(shared + " has failed: " + e, e);
            throw e;
        } finally {
            if (why != null) {
                KafkaLog.ended(shared, why);
            }
            shared.end(why);
        }
    }
}
