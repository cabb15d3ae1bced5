package dev.weft.queue;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

import dev.weft.net.DrainReport;
import dev.weft.net.TimeSource;
import dev.weft.net.support.ExitStages;
import dev.weft.net.support.Life;
import dev.weft.net.support.Moments;

/** How a service ends: it works on what is in its input, takes no more, and is interrupted at the limit. */
final class ServiceDrain {
    private final String name;
    private final Life life;
    private final ServiceThreads threads;
    private final Runnable takeNoMore;
    private final LongSupplier done;
    private final IntSupplier left;
    private final TimeSource time;
    private final SingleDrain drain;

    /**
     * For one service.
     *
     * @param takeNoMore has the workers end when the input is empty
     * @param done how many messages it is done with
     * @param left how many are in its input
     */
    ServiceDrain(String name, Life life, ServiceThreads threads, Runnable takeNoMore, LongSupplier done, IntSupplier left) {
        this.name = name;
        this.life = life;
        this.threads = threads;
        this.takeNoMore = takeNoMore;
        this.done = done;
        this.left = left;
        time = life.changed().time();
        drain = new SingleDrain(life);
    }

    /** See {@link Service#drain}. */
    DrainReport drain(Duration limit) {
        Moments.checkLimit("drain", limit);
        return drain.drain(threads.isOneOfUs(), () -> inside(limit), () -> outside(limit), threads::endAndWait, () -> report(Duration.ZERO, 0, 0));
    }

    private void inside(Duration limit) {
        if (limit.equals(SingleDrain.AT_ONCE)) {
            threads.end();
            return;
        }
        takeNoMore.run();
        if (!limit.isZero()) {
            var atLimit = time.schedule(limit, () -> Thread.ofVirtual().name(name + "-limit").start(threads::end));
            life.onEnd(atLimit::cancel);
        }
    }

    private DrainReport outside(Duration limit) {
        var begun = time.nanoTime();
        var before = done.getAsLong();
        if (!limit.equals(SingleDrain.AT_ONCE) && threads.count() > 0) {
            takeNoMore.run();
            threads.awaitEnd(Moments.limit(time, limit));
        }
        var late = threads.count();
        threads.endAndWait();
        return report(Moments.since(time, begun), (int) (done.getAsLong() - before), late);
    }

    private DrainReport report(Duration took, int finished, int interrupted) {
        return new DrainReport(took, finished, interrupted, left.getAsInt(), List.of());
    }

    void onExit(Duration limit, Consumer<? super DrainReport> show) {
        Moments.checkLimit("drainOnExit", limit);
        life.drainOnExit(() -> exitStage(limit, show));
    }

    /** As {@link #onExit}, unless something is installed; what it returns takes it back. */
    Runnable onExitUnlessInstalled(Duration limit) {
        return life.drainOnExitUnlessInstalled(() -> exitStage(limit, report -> {}));
    }

    private Runnable exitStage(Duration limit, Consumer<? super DrainReport> show) {
        return ExitStages.install(ExitStages.Stage.WORK, name + "-exit", () -> {
            var report = drain(limit);
            show.accept(report);
            return report.clean() && life.failure().isEmpty();
        })::remove;
    }
}
