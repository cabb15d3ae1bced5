package dev.weft.workers;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

import dev.weft.net.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * The workers that wait for requests. The one that was used last is used next, so that the memory of the others may be swapped out. Workers beyond
 * the spare ones are retired when no request has needed them for two minutes. Not thread-safe: the pool's lock guards it.
 */
final class IdleWorkers {
    /** How long a worker beyond the spare ones waits for the next burst. */
    static final Duration KEPT = Duration.ofMinutes(2);

    private record Waiting(Worker worker, long since) {}

    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final TimeSource time;
    private final Runnable due;
    private boolean watched;

    /** Runs {@code due} when some workers may have waited for too long: {@link #surplus} tells which. */
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

    /** Takes the worker that was used last; null when none waits. */
    @Nullable
    Worker take() {
        var first = waiting.pollFirst();
        return first == null ? null : first.worker();
    }

    /** Adds a worker that has served a request. */
    void returned(Worker worker) {
        waiting.addFirst(new Waiting(worker, time.nanoTime()));
    }

    /** Adds a new worker. */
    void begun(Worker worker) {
        waiting.addLast(new Waiting(worker, time.nanoTime()));
    }

    boolean remove(Worker worker) {
        return waiting.removeIf(w -> w.worker() == worker);
    }

    /** Removes and returns the workers beyond so many. */
    List<Worker> beyond(int most) {
        var taken = new ArrayList<Worker>();
        while (waiting.size() > most) {
            taken.add(waiting.removeLast().worker());
        }
        return taken;
    }

    /** If more than so many wait, schedules the check for surplus ones. */
    void watch(int spare) {
        if (waiting.size() > spare && !watched) {
            watched = true;
            var now = time.nanoTime();
            var longest = waiting.stream().mapToLong(w -> now - w.since()).max().orElse(0);
            time.schedule(Duration.ofNanos(Math.max(1, KEPT.toNanos() - longest)), due);
        }
    }

    /** Removes and returns the workers beyond so many that have waited for too long. */
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
