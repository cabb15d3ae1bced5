package dev.weft.queue;

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
    public synchronized long first() {
        return first;
    }

    @Override
    public synchronized long next() {
        return next;
    }

    @Override
    public synchronized void append(byte[] body) {
        if (next - first == kept.length) {
            var more = new byte[kept.length * 2][];
            for (var n = first; n < next; n++) {
                more[(int) (n % more.length)] = kept[place(n)];
            }
            kept = more;
        }
        kept[place(next++)] = body;
    }

    @Override
    public synchronized byte[] read(long number) {
        if (number < first || number >= next) {
            throw new IllegalArgumentException("message " + number + " is none of those from " + first + " to " + (next - 1));
        }
        return kept[place(number)];
    }

    @Override
    public synchronized void acknowledge(long number) {
        while (first <= number && first < next) {
            kept[place(first++)] = NONE;
        }
    }

    private int place(long number) {
        return (int) (number % kept.length);
    }

    @Override
    public void close() {}
}
