package dev.weft.message;

import java.util.concurrent.atomic.LongAdder;

/** What the {@link MessageStats} of one peer are read from. */
final class Counters {
    final LongAdder received = new LongAdder();
    final LongAdder sent = new LongAdder();
    final LongAdder unknown = new LongAdder();
    final LongAdder late = new LongAdder();
    final LongAdder failures = new LongAdder();

    MessageStats snapshot() {
        return new MessageStats(received.sum(), sent.sum(), unknown.sum(), late.sum(), failures.sum());
    }
}
