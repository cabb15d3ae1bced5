package dev.weft.bench;

import java.util.concurrent.atomic.AtomicIntegerArray;

/** How long answers took, counted in buckets of a microsecond; those of a second and more count as the slowest. */
final class Latencies {
    private static final int BUCKETS = 1_000_000;

    private final AtomicIntegerArray buckets = new AtomicIntegerArray(BUCKETS);

    void add(long nanos) {
        buckets.getAndIncrement((int) Math.clamp(nanos / 1_000, 0, BUCKETS - 1L));
    }

    void clear() {
        for (int i = 0; i < BUCKETS; i++) {
            buckets.set(i, 0);
        }
    }

    long count() {
        var count = 0L;
        for (int i = 0; i < BUCKETS; i++) {
            count += buckets.get(i);
        }
        return count;
    }

    /** The time within which this share of the answers came, in microseconds. */
    int percentile(double share) {
        var wanted = Math.max(1, (long) Math.ceil(count() * share));
        var seen = 0L;
        for (int i = 0; i < BUCKETS; i++) {
            seen += buckets.get(i);
            if (seen >= wanted) {
                return i;
            }
        }
        return 0;
    }
}
