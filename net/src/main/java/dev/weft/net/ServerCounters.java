package dev.weft.net;

import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** The counters behind {@link ServerStats}. */
final class ServerCounters {
    final LongAdder accepted = new LongAdder();
    final LongAdder rejected = new LongAdder();
    final LongAdder evicted = new LongAdder();
    final LongAdder failed = new LongAdder();
    final LongAdder dropped = new LongAdder();
    final LongAdder acceptFailures = new LongAdder();
    final LongAdder tooSlow = new LongAdder();
    final LongAdder undelivered = new LongAdder();
    /** Those of datagrams, and of connections that have ended. */
    final LongAdder bytesIn = new LongAdder();
    final LongAdder bytesOut = new LongAdder();

    /** A connection has ended: what it moved is counted here from now on, and not with the living ones. */
    synchronized void settle(StreamRequest request, long in, long out) {
        request.settle();
        bytesIn.add(in);
        bytesOut.add(out);
    }

    /** Under the same monitor as {@link #settle}: otherwise bytes would be counted twice or not at all, and a counter could go back. */
    synchronized ServerStats snapshot(int active, Stream<StreamRequest> streams) {
        var living = streams.filter(r -> !r.isSettled()).map(StreamRequest::connection).toList();
        var in = bytesIn.sum() + living.stream().mapToLong(Connection::bytesIn).sum();
        var out = bytesOut.sum() + living.stream().mapToLong(Connection::bytesOut).sum();
        return new ServerStats(active, accepted.sum(), rejected.sum(), evicted.sum(), failed.sum(), dropped.sum(), acceptFailures.sum(),
                in, out, tooSlow.sum(), undelivered.sum());
    }
}
