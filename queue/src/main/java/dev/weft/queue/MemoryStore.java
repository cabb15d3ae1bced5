package dev.weft.queue;

import java.util.List;

/** Messages in memory: they last as long as the link. A ring that grows. */
final class MemoryStore implements Store {
    private static final byte[] NONE = {};

    private final StreamId stream = StreamId.random();
    private byte[][] kept = new byte[64][];
    private long first = 1;
    private long next = 1;

    @Override
    public StreamId stream() {
        return stream;
    }

    @Override
    public long first() {
        return first;
    }

    @Override
    public long next() {
        return next;
    }

    @Override
    public long appendAll(List<byte[]> bodies) {
        var number = next;
        while (number - first + bodies.size() > kept.length) {
            grow();
        }
        for (var body : bodies) {
            kept[place(next++, kept)] = body;
        }
        return number;
    }

    private void grow() {
        var more = new byte[kept.length * 2][];
        for (var n = first; n < next; n++) {
            more[place(n, more)] = kept[place(n, kept)];
        }
        kept = more;
    }

    @Override
    public byte[] read(long number) {
        if (number < first || number >= next) {
            throw new IllegalArgumentException("message " + number + " is none of those from " + first + " to " + (next - 1));
        }
        return kept[place(number, kept)];
    }

    @Override
    public void acknowledge(long number) {
        while (first <= number && first < next) {
            kept[place(first++, kept)] = NONE;
        }
    }

    /** Lengths are powers of two. */
    private static int place(long number, byte[][] ring) {
        return (int) number & (ring.length - 1);
    }

    @Override
    public void close() {}
}
