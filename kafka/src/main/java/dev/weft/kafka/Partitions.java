package dev.weft.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

import dev.weft.net.support.Moments;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** The partitions that a source is assigned, how far each has got, and the commits of that. Of the polling thread, but for the counters. */
final class Partitions {
    /** For commits that the group waits for, or a thread that ends the source. */
    private static final Duration COMMIT_LIMIT = Duration.ofSeconds(1);

    private final KafkaSettings settings;
    private final KafkaLife life;
    private final Room room;
    private final Map<TopicPartition, Progress> assigned = new HashMap<>();
    private boolean committing;
    private long nextCommit;

    // Written by the polling thread alone, read by all.
    private volatile int count;
    private final LongAdder rebalances = new LongAdder();

    Partitions(KafkaSettings settings, KafkaLife life, Room room) {
        this.settings = settings;
        this.life = life;
        this.room = room;
        nextCommit = life.time().nanoTime();
    }

    /** Where a partition that is assigned has got. */
    Progress of(TopicPartition partition) {
        return Objects.requireNonNull(assigned.get(partition));
    }

    int count() {
        return count;
    }

    long rebalances() {
        return rebalances.sum();
    }

    /** Of partitions of which all that was polled is handed over: where the reading stands. */
    void reached(KafkaConsumer<byte[], byte[]> c, Set<TopicPartition> butThese) {
        assigned.forEach((partition, progress) -> {
            if (!butThese.contains(partition)) {
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

    boolean commitIsDue() {
        return !committing && Moments.passed(life.time(), nextCommit);
    }

    void commitWhenDue(KafkaConsumer<byte[], byte[]> c) {
        if (!commitIsDue()) {
            return;
        }
        nextCommit = Moments.in(life.time(), settings.commitEvery);
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
                    KafkaLog.notCommitted(life, failure);
                }
            });
        }
    }

    /** At the end: commits what is acknowledged, and has no partitions any more. */
    void finish(KafkaConsumer<byte[], byte[]> c) {
        var all = Set.copyOf(assigned.keySet());
        commitNow(c, all);
        forget(all);
    }

    private void commitNow(KafkaConsumer<byte[], byte[]> c, Collection<TopicPartition> of) {
        var offsets = offsets(of);
        if (!offsets.isEmpty()) {
            try {
                c.commitSync(offsets, COMMIT_LIMIT);
                offsets.forEach((partition, offset) -> committed(assigned, partition, offset));
            } catch (KafkaException e) {
                KafkaLog.notCommitted(life, e);
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

    void assigned(KafkaConsumer<byte[], byte[]> c, Collection<TopicPartition> added) {
        var until = Moments.in(life.time(), COMMIT_LIMIT);
        for (var partition : added) {
            assigned.put(partition, new Progress(room, position(c, partition, Moments.until(life.time(), until))));
        }
        changed(added);
    }

    /** They go to another member: what is acknowledged by now is committed first. */
    void revoked(KafkaConsumer<byte[], byte[]> c, Collection<TopicPartition> gone) {
        commitNow(c, gone);
        lost(gone);
    }

    /** They are another member's already. */
    void lost(Collection<TopicPartition> gone) {
        forget(gone);
        changed(gone);
    }

    private void forget(Collection<TopicPartition> gone) {
        for (var partition : gone) {
            var progress = assigned.remove(partition);
            if (progress != null) {
                progress.end();
            }
        }
        count = assigned.size();
    }

    private void changed(Collection<TopicPartition> which) {
        count = assigned.size();
        if (!which.isEmpty()) {
            rebalances.increment();
        }
    }
}
