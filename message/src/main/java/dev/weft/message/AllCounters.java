package dev.weft.message;

import java.util.HashSet;
import java.util.Set;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/** The counters of all peers of one {@link Messages}, of those that have ended as well. For any thread. */
final class AllCounters {
    @GuardedBy("this")
    private final Set<Counters> live = new HashSet<>();
    @GuardedBy("this")
    private MessageStats ended = new MessageStats(0, 0, 0, 0, 0);

    /** Those of one more peer. */
    synchronized Counters begin() {
        var counters = new Counters();
        live.add(counters);
        return counters;
    }

    /** The peer has ended; no effect the second time. */
    synchronized void end(Counters counters) {
        if (live.remove(counters)) {
            ended = ended.plus(counters.snapshot());
        }
    }

    synchronized MessageStats sum() {
        var sum = ended;
        for (var counters : live) {
            sum = sum.plus(counters.snapshot());
        }
        return sum;
    }
}
