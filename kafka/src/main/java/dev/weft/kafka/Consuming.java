package dev.weft.kafka;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

import dev.weft.net.DrainReport;
import dev.weft.net.support.Moments;
import dev.weft.queue.AckQueue;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The work of a source: one thread that polls, hands over, and commits.
 *
 * <p>What has been polled and found no room waits in {@code polled}, and all partitions are paused meanwhile; polling goes on every slice, as that is
 * what keeps us in the group (max.poll.interval.ms). So memory holds the queue and one poll at most.
 */
final class Consuming<T> implements KafkaWork, ConsumerRebalanceListener {
    /** How long one wait for room, or for a message, may keep this thread from its other duties. */
    private static final Duration SLICE = Duration.ofMillis(100);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);
    /** After poison that ends the source: for what was handed over before it. */
    private static final Duration AFTER_POISON = Duration.ofSeconds(10);

    private final KafkaSettings settings;
    private final Records<T> records;
    private final AckQueue<T> queue;
    private final Runnable noMore;
    private final KafkaLife life;
    private final Room room;
    private final Partitions partitions;
    private final Poisoned poisoned;

    // Of the polling thread alone.
    private final ArrayDeque<ConsumerRecord<byte[], byte[]>> polled = new ArrayDeque<>();
    private @Nullable IOException poison;
    private long giveUp = Moments.NEVER;

    private volatile @Nullable KafkaConsumer<byte[], byte[]> consumer;
    private volatile boolean draining;

    // Written by the polling thread alone, read by all.
    private final LongAdder received = new LongAdder();
    private final LongAdder skipped = new LongAdder();
    private final LongAdder acknowledged = new LongAdder();
    private volatile int leftAtEnd;

    /** @param noMore ends the queue for those who take from it, if it is ours */
    Consuming(KafkaSettings settings, Records<T> records, AckQueue<T> queue, Runnable noMore, KafkaLife life) {
        this.settings = settings;
        this.records = records;
        this.queue = queue;
        this.noMore = noMore;
        this.life = life;
        this.room = new Room(settings.unacknowledged, life.changed());
        this.partitions = new Partitions(settings, life, room);
        this.poisoned = new Poisoned(settings);
    }

    @Override
    public void run() throws IOException, InterruptedException {
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
        // A queue that was ended from outside takes no more.
        while (!life.stopping() && !draining && !queue.hasEnded()) {
            if (polled.isEmpty()) {
                c.resume(c.paused());
                poll(c, shorter(SLICE, settings.commitEvery));
            } else {
                c.pause(c.assignment());
                poll(c, Duration.ZERO);
            }
            handOver();
            if (partitions.commitIsDue()) {
                reached(c);
            }
            partitions.commitWhenDue(c);
        }
        reached(c);
    }

    private void reached(KafkaConsumer<byte[], byte[]> c) {
        partitions.reached(c, polled.stream().map(Consuming::partition).collect(Collectors.toSet()));
    }

    private void poll(KafkaConsumer<byte[], byte[]> c, Duration wait) {
        c.poll(wait).forEach(polled::addLast);
    }

    /** Hands over what there is room for, for the length of a slice. */
    private void handOver() throws InterruptedException {
        long until = Moments.in(settings.time, SLICE);
        for (var record = polled.peekFirst(); record != null && !life.stopping(); record = polled.peekFirst()) {
            if (Moments.passed(settings.time, until) || !room.take(() -> !life.stopping(), until)) {
                return;
            }
            // Ours still: what was polled of a partition goes with it.
            if (!offer(record, partitions.of(partition(record)), until)) {
                room.giveBack(1);
                return;
            }
            polled.removeFirst();
        }
    }

    /** False when there was no room in time; else the place is the record's. */
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
        if (!offer(message, () -> acknowledge(progress, entry), until)) {
            progress.takeBack();
            return false;
        }
        received.increment();
        return true;
    }

    private boolean offer(T message, Runnable acknowledged, long until) throws InterruptedException {
        return queue.offer(message, acknowledged, Moments.until(settings.time, until).toNanos(), TimeUnit.NANOSECONDS);
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
            giveUp = Moments.in(settings.time, AFTER_POISON);
            drain();
            return false;
        }
    }

    @Override
    public void drain() {
        draining = true;
    }

    private void drained(KafkaConsumer<byte[], byte[]> c) {
        if (!draining || life.stopping()) {
            return;
        }
        life.life().beginDrain();
        reached(c);
        // What was not handed over comes again.
        polled.clear();
        noMore.run();
        while (!life.stopping() && !room.noneTaken() && !Moments.passed(settings.time, giveUp)) {
            c.pause(c.assignment());
            poll(c, Duration.ofMillis(10));
            polled.clear();
            partitions.commitWhenDue(c);
        }
    }

    private void finish(KafkaConsumer<byte[], byte[]> c) {
        leftAtEnd = room.taken();
        partitions.finish(c);
        polled.clear();
        try {
            c.close(CloseOptions.timeout(CLOSE_LIMIT));
        } catch (KafkaException e) {
            KafkaLog.notCommitted(life, e);
        }
    }

    @Override
    public long finished() {
        return acknowledged.sum();
    }

    @Override
    public DrainReport report(Duration took, long before, boolean interrupted) {
        return KafkaWork.ofMessages(took, finished() - before, Math.max(leftAtEnd, room.taken()));
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> added) {
        partitions.assigned(Objects.requireNonNull(consumer), added);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> gone) {
        var c = consumer;
        if (c != null) {
            partitions.revoked(c, gone);
        }
        forget(gone);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> gone) {
        partitions.lost(gone);
        forget(gone);
    }

    private void forget(Collection<TopicPartition> gone) {
        polled.removeIf(record -> gone.contains(partition(record)));
    }

    SourceStats stats() {
        return new SourceStats(received.sum(), acknowledged.sum(), room.taken(), skipped.sum(), poisoned.count(), partitions.count(),
                partitions.rebalances());
    }

    private static TopicPartition partition(ConsumerRecord<byte[], byte[]> record) {
        return new TopicPartition(record.topic(), record.partition());
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
