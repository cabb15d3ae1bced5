package dev.weft.net;

import java.util.concurrent.atomic.LongAdder;

/** The counters behind {@link ServerStats}. */
final class Tally {
    final LongAdder accepted = new LongAdder();
    final LongAdder rejected = new LongAdder();
    final LongAdder evicted = new LongAdder();
    final LongAdder failed = new LongAdder();
    final LongAdder dropped = new LongAdder();
    final LongAdder acceptFailures = new LongAdder();
    final LongAdder bytesIn = new LongAdder();
    final LongAdder bytesOut = new LongAdder();

    ServerStats snapshot(long active) {
        return new ServerStats(active, accepted.sum(), rejected.sum(), evicted.sum(), failed.sum(), dropped.sum(), acceptFailures.sum(),
                bytesIn.sum(), bytesOut.sum());
    }
}
