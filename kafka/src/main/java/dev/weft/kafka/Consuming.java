package dev.weft.kafka;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

import dev.weft.queue.AckQueue;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The work of a source: one thread that polls, hands over, and commits.
 *
 * <p>What has been polled and found no room waits in {@code polled}, and all partitions are paused meanwhile; polling goes on every slice, as that is
 * what keeps us in the group (max.poll.interval.ms). So memory holds the queue and one poll at most.
 */
final class Consuming<T> implements ConsumerRebalanceListener {
    /** How long one wait for room, or for a message, may keep this thread from its other duties. */
    private static final Duration SLICE = Duration.ofMillis(100);
    /** For commits that somebody waits for: the group, or who shuts us down. */
    private static final Duration COMMIT_LIMIT = Duration.ofSeconds(1);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);
    /** After poison that ends the source: for what was handed over before it. */
    private static final Duration AFTER_POISON = Duration.ofSeconds(10);

    private final Settings settings;
    private final Records<T> records;
    private final AckQueue<T> queue;
    private final Runnable noMore;
    private final Life life;
    private final Semaphore room;
    private final Poisoned poisoned;

    // Of the polling thread alone.
    private final Map<TopicPartition, Progress> assigned = new HashMap<>();
    private final ArrayDeque<ConsumerRecord<byte[], byte[]>> polled = new ArrayDeque<>();
    private boolean committing;
    private long nextCommit;
    private @Nullable IOException poison;

    private volatile @Nullable KafkaConsumer<byte[], byte[]> consumer;
    private volatile @Nullable Draining draining;

    // Written by the polling thread alone, read by all.
    private final LongAdder received = new LongAdder();
    private final LongAdder skipped = new LongAdder();
    private volatile int partitions;
    private final LongAdder rebalances = new LongAdder();
    private volatile boolean clean = true;
    private final LongAdder acknowledged = new LongAdder();

    private record Draining(long untilNanos) {}

    /** @param noMore tells who takes from the queue that nothing more will come */
    Consuming(Settings settings, Records<T> records, AckQueue<T> queue, Runnable noMore, Life life) {
        this.settings = settings;
        this.records = records;
        this.queue = queue;
        this.noMore = noMore;
        this.life = life;
        this.room = new Semaphore(settings.unacknowledged);
        this.poisoned = new Poisoned(settings);
    }

    void run() throws IOException, InterruptedException {
        try (var c = new KafkaConsumer<byte[], byte[]>(settings.consumer()); poisoned) {
            consumer = c;
            try {
                c.subscribe(settings.topics(), this);
                consume(c);
                drained(c);
            } finally {
                finish(c);
            }
        }
        if (poison != null) {
            throw poison;
        }
    }

    private void consume(KafkaConsumer<byte[], byte[]> c) throws InterruptedException {
        // Whoever ends the queue wants no more.
        while (!life.stopping() && draining == null && !queue.hasEnded()) {
            if (polled.isEmpty()) {
                c.resume(c.paused());
                poll(c, shorter(SLICE, settings.commitEvery));
            } else {
                c.pause(c.assignment());
                poll(c, Duration.ZERO);
            }
            handOver();
            if (commitIsDue()) {
                reached(c);
            }
            commitWhenDue(c);
        }
        reached(c);
    }

    /** Tells where the reading stands, of partitions of which all that was polled is handed over. */
    private void reached(KafkaConsumer<byte[], byte[]> c) {
        var waiting = polled.stream().map(Consuming::partition).collect(Collectors.toSet());
        assigned.forEach((partition, progress) -> {
            if (!waiting.contains(partition)) {
                position(c, partition, Duration.ZERO).ifPresent(progress::reached);
            }
        });
    }

    private static OptionalLong position(KafkaConsumer<byte[], byte[]> c, TopicPartition partition, Duration limit) {
        try {
            return OptionalLong.of(c.position(partition, limit));
        } catch (KafkaException e) {
            return OptionalLong.empty(); // the next poll has the same failure, or finds the position
        }
    }

    private void poll(KafkaConsumer<byte[], byte[]> c, Duration wait) {
        c.poll(wait).forEach(polled::addLast);
    }

    /** Hands over what there is room for, for the length of a slice. */
    private void handOver() throws InterruptedException {
        long until = System.nanoTime() + SLICE.toNanos();
        for (var record = polled.peekFirst(); record != null && !life.stopping(); record = polled.peekFirst()) {
            long left = until - System.nanoTime();
            if (left <= 0 || !room.tryAcquire(left, TimeUnit.NANOSECONDS)) {
                return;
            }
            // Ours still: what was polled of a partition goes with it.
            if (!offer(record, Objects.requireNonNull(assigned.get(partition(record))), until)) {
                room.release();
                return;
            }
            polled.removeFirst();
        }
    }

    /** False when there was no room in time; else the permit is the record's. */
    private boolean offer(ConsumerRecord<byte[], byte[]> record, Progress progress, long until) throws InterruptedException {
        if (Records.tombstone(record) && !records.readsTombstones()) {
            progress.done(progress.add(record.offset()));
            skipped.increment();
            return true;
        }
        T message;
        try {
            message = records.read(record);
        } catch (Exception e) {
            return poisoned(record, e, progress, until);
        }
        // Added first: it may be acknowledged before the offer returns.
        var entry = progress.add(record.offset());
        if (!queue.offer(message, () -> acknowledge(progress, entry), Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS)) {
            progress.takeBack();
            return false;
        }
        received.increment();
        return true;
    }

    private void acknowledge(Progress progress, Progress.Entry entry) {
        if (progress.done(entry)) {
            acknowledged.increment();
        }
    }

    private boolean poisoned(ConsumerRecord<byte[], byte[]> record, Exception why, Progress progress, long until)
            throws InterruptedException {
        var entry = progress.add(record.offset());
        try {
            return switch (poisoned.take(record, why, () -> progress.done(entry), until)) {
                case TAKEN -> true;
                case SKIPPED -> {
                    skipped.increment();
                    yield true;
                }
                case NO_ROOM -> {
                    progress.takeBack();
                    yield false;
                }
            };
        } catch (IOException e) {
            // What was handed over before it may still be acknowledged, or it would come again with the poison each time.
            progress.takeBack();
            poison = e;
            life.failing(e);
            drain(AFTER_POISON);
            return false;
        }
    }

    /** From any thread: begins to end, in good order. */
    void drain(Duration limit) {
        draining = new Draining(System.nanoTime() + limit.toNanos());
    }

    private void drained(KafkaConsumer<byte[], byte[]> c) {
        var end = draining;
        if (end == null || life.stopping()) {
            return;
        }
        life.become(KafkaState.DRAINING);
        reached(c);
        // What was not handed over comes again.
        polled.clear();
        noMore.run();
        while (!life.stopping() && !nothingLeft() && end.untilNanos() - System.nanoTime() > 0) {
            c.pause(c.assignment());
            poll(c, Duration.ofMillis(10));
            polled.clear();
            commitWhenDue(c);
        }
    }

    private boolean nothingLeft() {
        return room.availablePermits() == settings.unacknowledged;
    }

    /** Whether everything had been acknowledged when the work ended. */
    boolean endedClean() {
        return clean;
    }

    private void finish(KafkaConsumer<byte[], byte[]> c) {
        clean = nothingLeft();
        commitNow(c, assigned.keySet());
        forget(Set.copyOf(assigned.keySet()));
        try {
            c.close(CloseOptions.timeout(CLOSE_LIMIT));
        } catch (KafkaException e) {
            Log.notCommitted(life, e);
        }
    }

    private boolean commitIsDue() {
        return !committing && System.nanoTime() - nextCommit >= 0;
    }

    private void commitWhenDue(KafkaConsumer<byte[], byte[]> c) {
        if (!commitIsDue()) {
            return;
        }
        nextCommit = System.nanoTime() + settings.commitEvery.toNanos();
        var offsets = offsets(assigned.keySet());
        if (!offsets.isEmpty()) {
            committing = true;
            var committed = Map.copyOf(assigned);
            // The answer comes within a later poll, on this thread.
            c.commitAsync(offsets, (of, failure) -> {
                committing = false;
                if (failure == null) {
                    of.forEach((partition, offset) -> committed(committed, partition, offset));
                } else {
                    Log.notCommitted(life, failure);
                }
            });
        }
    }

    private void commitNow(KafkaConsumer<byte[], byte[]> c, Collection<TopicPartition> of) {
        var offsets = offsets(of);
        if (!offsets.isEmpty()) {
            try {
                c.commitSync(offsets, COMMIT_LIMIT);
                offsets.forEach((partition, offset) -> committed(assigned, partition, offset));
            } catch (KafkaException e) {
                Log.notCommitted(life, e);
            }
        }
    }

    private static void committed(Map<TopicPartition, Progress> of, TopicPartition partition, OffsetAndMetadata offset) {
        var progress = of.get(partition);
        if (progress != null) {
            progress.committed(offset.offset());
        }
    }

    private Map<TopicPartition, OffsetAndMetadata> offsets(Collection<TopicPartition> of) {
        var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
        for (var partition : of) {
            var progress = assigned.get(partition);
            if (progress != null) {
                progress.toCommit().ifPresent(below -> offsets.put(partition, new OffsetAndMetadata(below)));
            }
        }
        return offsets;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> added) {
        var c = Objects.requireNonNull(consumer);
        var until = System.nanoTime() + COMMIT_LIMIT.toNanos();
        for (var partition : added) {
            var left = Duration.ofNanos(Math.max(0, until - System.nanoTime()));
            assigned.put(partition, new Progress(room, position(c, partition, left)));
        }
        counted(added);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> gone) {
        var c = consumer;
        if (c != null) {
            commitNow(c, gone);
        }
        onPartitionsLost(gone);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> gone) {
        forget(gone);
        counted(gone);
    }

    private void forget(Collection<TopicPartition> gone) {
        for (var partition : gone) {
            var progress = assigned.remove(partition);
            if (progress != null) {
                progress.end();
            }
        }
        polled.removeIf(record -> gone.contains(partition(record)));
        partitions = assigned.size();
    }

    private void counted(Collection<TopicPartition> changed) {
        partitions = assigned.size();
        if (!changed.isEmpty()) {
            rebalances.increment();
        }
    }

    SourceStats stats() {
        long underWay = (long) settings.unacknowledged - room.availablePermits();
        return new SourceStats(received.sum(), acknowledged.sum(), underWay, skipped.sum(), poisoned.count(), partitions, rebalances.sum());
    }

    private static TopicPartition partition(ConsumerRecord<byte[], byte[]> record) {
        return new TopicPartition(record.topic(), record.partition());
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
