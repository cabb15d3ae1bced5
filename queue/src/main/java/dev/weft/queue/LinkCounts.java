package dev.weft.queue;

import java.util.concurrent.atomic.LongAdder;

/** The counters of a link; for any thread. */
final class LinkCounts {
    final LongAdder connections = new LongAdder();
    final LongAdder sent = new LongAdder();
    final LongAdder received = new LongAdder();
    final LongAdder acknowledged = new LongAdder();
    final LongAdder duplicates = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder dropped = new LongAdder();

    /** How far things have come, either way: what is only sent again and again does not count. */
    long progress(Delivery delivery) {
        return received.sum() + delivered(delivery);
    }

    /** How many messages have left for good, as far as that is told. */
    long delivered(Delivery delivery) {
        return (delivery == Delivery.AT_MOST_ONCE ? sent : acknowledged).sum();
    }

    LinkStats stats() {
        return new LinkStats(connections.sum(), sent.sum(), received.sum(), acknowledged.sum(), duplicates.sum(), refused.sum(), dropped.sum());
    }
}
