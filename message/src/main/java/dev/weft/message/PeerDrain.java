package dev.weft.message;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

import dev.weft.net.DrainReport;
import dev.weft.net.LifeState;
import dev.weft.net.TimeSource;
import dev.weft.net.support.Life;
import dev.weft.net.support.Moments;
import org.jspecify.annotations.Nullable;

/**
 * How a peer is ended from our side: no further hook begins, those that run may finish until the limit, then they are interrupted, and a second
 * later the connection is dropped. Once for each peer. For any thread.
 */
final class PeerDrain {
    /** What an interrupted hook gets for its clean-up, and again once its connection was dropped. */
    private static final Duration LAST_CALL = Duration.ofSeconds(1);
    private static final DrainReport NOTHING = new DrainReport(Duration.ZERO, 0, 0, 0, List.of());

    private final Life life;
    private final TimeSource time;
    private final CurrentConnection current;
    private final Supplier<? extends @Nullable ReadingThread> reading;
    private final Supplier<? extends @Nullable ParallelHooks> parallel;
    private final Runnable end;
    private final long born;
    private volatile boolean drains;
    private volatile @Nullable DrainReport report;

    /**
     * Of one peer.
     *
     * @param reading the thread that reads its connection; null when there is none yet
     * @param parallel its hooks beside that; null when there was none yet
     * @param end ends the peer's life though a hook runs on; no effect when it has ended
     */
    PeerDrain(Life life, CurrentConnection current, Supplier<? extends @Nullable ReadingThread> reading,
            Supplier<? extends @Nullable ParallelHooks> parallel, Runnable end) {
        this.life = life;
        this.current = current;
        this.reading = reading;
        this.parallel = parallel;
        this.end = end;
        time = life.changed().time();
        born = time.nanoTime();
    }

    /** The first drain wins. In a hook, which it would have to wait for, it returns at once. */
    DrainReport drain(Duration limit) {
        Moments.checkLimit("drain", limit);
        var inside = isOnHookThread();
        if (life.beginDrain(() -> drains = true)) {
            var until = Moments.limit(time, limit);
            if (!inside) {
                return run(until);
            }
            Thread.ofVirtual().name("weft-drain-" + current.last().connection().id()).start(() -> run(until));
        } else if (!inside) {
            life.changed().await(() -> life.is(LifeState.ENDED) && (!drains || report != null), Moments.NEVER);
        }
        var last = report;
        return last == null ? NOTHING : last;
    }

    /** Whether the calling thread runs a hook of this peer, or its observer. */
    boolean isOnHookThread() {
        var reader = reading.get();
        var beside = parallel.get();
        return (reader != null && reader.isThisThread()) || (beside != null && beside.isOnThisThread()) || life.isEndingHere();
    }

    private DrainReport run(long until) {
        var began = time.nanoTime();
        var running = running();
        var late = List.<Thread>of();
        var aborted = List.<Thread>of();
        var stragglers = List.<DrainReport.Straggler>of();
        stopReading();
        if (!life.awaitEnd(until)) {
            late = lateOnes();
            stragglers = late.stream().map(this::straggler).toList();
            late.forEach(this::interrupt);
            if (!life.awaitEnd(Moments.in(time, LAST_CALL))) {
                aborted = lateOnes();
                current.last().connection().abort();
                life.awaitEnd(Moments.in(time, LAST_CALL));
            }
        }
        var finished = (int) running.stream().filter(notIn(late)).count();
        var done = new DrainReport(Moments.since(time, began), finished, late.size() - aborted.size(), aborted.size(), stragglers);
        report = done;
        end.run();
        life.changed().signal();
        return done;
    }

    /** A reading thread may serve another connection by now. */
    private void interrupt(Thread thread) {
        var reader = reading.get();
        if (reader != null && reader.thread() == thread) {
            reader.interrupt();
        } else {
            thread.interrupt();
        }
    }

    private static Predicate<Thread> notIn(List<Thread> others) {
        return thread -> !others.contains(thread);
    }

    /** The reading thread takes no further message; streams that hold it up break off. */
    private void stopReading() {
        var last = current.last();
        var reason = last.ended();
        var pending = last.pending();
        if (pending != null) {
            pending.breakStreams(reason);
        }
        var reader = reading.get();
        if (reader != null) {
            reader.breakStreams();
        }
        last.connection().drain();
    }

    /** The threads that run hooks now. */
    private List<Thread> running() {
        var threads = new ArrayList<Thread>();
        var reader = reading.get();
        if (reader != null && reader.isInHook()) {
            threads.add(reader.thread());
        }
        var beside = parallel.get();
        if (beside != null) {
            threads.addAll(beside.running());
        }
        return threads;
    }

    /** The threads that keep the peer from its end: those that run hooks, and the reading one, which may run the observer. */
    private List<Thread> lateOnes() {
        var threads = running();
        var reader = reading.get();
        if (reader != null && threads.isEmpty()) {
            threads.add(reader.thread());
        }
        return threads;
    }

    private DrainReport.Straggler straggler(Thread thread) {
        return new DrainReport.Straggler(current.last().connection().remote(), thread.getName(), Moments.since(time, born),
                List.of(thread.getStackTrace()));
    }
}
