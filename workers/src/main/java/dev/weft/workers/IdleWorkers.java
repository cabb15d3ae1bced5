package dev.weft.workers;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

import dev.weft.net.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * The workers that wait. The one that was used last is used next: the memory of the others may rest. Those that are more than the spare ones are
 * let go when nobody has needed them for two minutes. Not for several threads at once: the pool's lock guards it.
 */
final class IdleWorkers {
    /** How long a worker that is more than a spare one waits for the next burst. */
    static final Duration KEPT = Duration.ofMinutes(2);

    private record Waiting(Worker worker, long since) {}

    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final TimeSource time;
    private final Runnable due;
    private boolean watched;

    /** With what is to be run when some may have waited long enough: {@link #surplus} tells which. */
    IdleWorkers(TimeSource time, Runnable due) {
        this.time = time;
        this.due = due;
    }

    int size() {
        return waiting.size();
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    @Nullable
    Worker take() {
        var first = waiting.pollFirst();
        return first == null ? null : first.worker();
    }

    /** One that has served. */
    void returned(Worker worker) {
        waiting.addFirst(new Waiting(worker, time.nanoTime()));
    }

    /** One that has yet to serve. */
    void begun(Worker worker) {
        waiting.addLast(new Waiting(worker, time.nanoTime()));
    }

    boolean remove(Worker worker) {
        return waiting.removeIf(w -> w.worker() == worker);
    }

    /** Takes those out that are more than so many. */
    List<Worker> beyond(int most) {
        var taken = new ArrayList<Worker>();
        while (waiting.size() > most) {
            taken.add(waiting.removeLast().worker());
        }
        return taken;
    }

    /** Has it looked in time whether some are surplus, if more than so many wait. */
    void watch(int spare) {
        if (waiting.size() > spare && !watched) {
            watched = true;
            var now = time.nanoTime();
            var longest = waiting.stream().mapToLong(w -> now - w.since()).max().orElse(0);
            time.schedule(Duration.ofNanos(Math.max(1, KEPT.toNanos() - longest)), due);
        }
    }

    /** Takes those out that are more than so many and have waited for too long; it is looked now. */
    List<Worker> surplus(int spare) {
        watched = false;
        var taken = new ArrayList<Worker>();
        var now = time.nanoTime();
        for (var each = waiting.descendingIterator(); each.hasNext() && waiting.size() > spare;) {
            var one = each.next();
            if (now - one.since() >= KEPT.toNanos()) {
                each.remove();
                taken.add(one.worker());
            }
        }
        return taken;
    }
}
