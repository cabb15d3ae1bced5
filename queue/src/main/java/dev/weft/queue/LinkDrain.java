package dev.weft.queue;

import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import dev.weft.net.DrainReport;
import dev.weft.net.LifeState;
import dev.weft.net.TimeSource;
import dev.weft.net.support.ExitStages;
import dev.weft.net.support.Life;
import dev.weft.net.support.Moments;
import org.jspecify.annotations.Nullable;

/**
 * How a link ends: it takes nothing more, waits until what has come is done and what is to leave has left, and ends every wait at the limit.
 *
 * @param <T> the type of a message
 */
final class LinkDrain<T> {
    /** How long a drain waits for the link's own threads: all their waits end at once, so this is for what can't be foreseen. */
    private static final Duration LONGEST_END = Duration.ofSeconds(10);

    /** What a drain needs of its link. */
    interface Drained<T> {
        /** Null before the start. */
        @Nullable
        LinkLoop<T> loop();

        /** It ends without having been started. */
        void endUnstarted();

        boolean connected();
    }

    private final Life life;
    private final Drained<T> link;
    private final @Nullable Inflow<T> in;
    private final @Nullable Outflow<T> out;
    private final LinkEvents events;
    private final Delivery delivery;
    private final boolean spools;
    private final TimeSource time;
    private final SingleDrain drain;

    LinkDrain(Life life, Drained<T> link, @Nullable Inflow<T> in, @Nullable Outflow<T> out, LinkSettings<T> settings, LinkEvents events) {
        this.life = life;
        this.link = link;
        this.in = in;
        this.out = out;
        this.events = events;
        delivery = settings.delivery();
        spools = settings.spool() != null;
        time = settings.time();
        drain = new SingleDrain(life);
    }

    /** See {@link Link#drain}. */
    DrainReport drain(Duration limit) {
        Moments.checkLimit("drain", limit);
        return drain.drain(events.threads.areWe(), this::end, () -> outside(limit), this::awaitEnd, () -> report(Duration.ZERO, 0, unsettled()));
    }

    private DrainReport outside(Duration limit) {
        var begun = time.nanoTime();
        var come = 0;
        var before = events.counts.delivered(delivery);
        if (link.loop() != null && !limit.equals(SingleDrain.AT_ONCE)) {
            var until = Moments.limit(time, limit);
            if (in != null) {
                in.close();
                come = unsettled();
                await(() -> unsettled() == 0, until);
            }
            if (out != null) {
                out.drain();
                await(() -> out.isDone() || (spools && out.isOver() && !link.connected()), until);
            }
        }
        var unsettled = unsettled();
        end();
        awaitEnd();
        return report(Moments.since(time, begun), Math.max(0, come - unsettled) + (int) (events.counts.delivered(delivery) - before), unsettled);
    }

    private int unsettled() {
        var loop = link.loop();
        return loop == null ? 0 : loop.protocol().unsettled();
    }

    private DrainReport report(Duration took, int finished, int unsettled) {
        var loop = link.loop();
        var unsent = out == null ? 0 : out.queue().size() + (loop == null ? 0 : loop.protocol().unsent().size());
        return new DrainReport(took, finished, 0, unsettled + unsent, List.of());
    }

    private void end() {
        var loop = link.loop();
        if (loop == null) {
            link.endUnstarted();
        } else {
            loop.end();
        }
    }

    private void awaitEnd() {
        if (!life.awaitEnd(Moments.in(time, LONGEST_END))) {
            events.log.slowToEnd(LONGEST_END.toMillis());
        }
    }

    /** Waits until the link has ended, or this holds; an interrupt, which stays set, ends all waiting of a drain. */
    private void await(BooleanSupplier condition, long until) {
        if (!Thread.currentThread().isInterrupted()) {
            try {
                life.changed().waitLooking(() -> life.is(LifeState.ENDED) || condition.getAsBoolean(), until);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    void onExit(Duration limit, Consumer<? super DrainReport> show) {
        Moments.checkLimit("drainOnExit", limit);
        track();
        life.drainOnExit(() -> exitStage(limit, show));
    }

    /** As {@link #onExit}, unless something is installed; what it returns takes it back. */
    Runnable onExitUnlessInstalled(Duration limit) {
        return life.drainOnExitUnlessInstalled(() -> exitStage(limit, report -> {}));
    }

    /** Counts from now on which messages are not done, where otherwise nobody is told. */
    void track() {
        if (in != null) {
            in.track();
        }
    }

    private Runnable exitStage(Duration limit, Consumer<? super DrainReport> show) {
        var stage = in == null ? ExitStages.Stage.OUTLET : ExitStages.Stage.INTAKE;
        return ExitStages.install(stage, events.name() + "-exit", () -> {
            var report = drain(limit);
            show.accept(report);
            return report.clean() && life.failure().isEmpty();
        })::remove;
    }
}
