package dev.weft.kafka;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

import dev.weft.net.DrainReport;
import dev.weft.net.support.Moments;
import dev.weft.net.support.SafeText;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;

/**
 * The work of a pipeline (KIP-98, and KIP-447: the group's generation fences, so one producer serves whatever partitions it is assigned).
 *
 * <p>After a failure of the producer it is not known whether its transaction was committed. A new producer of the same id settles that
 * (initTransactions), and then the consumer goes back to what the group has committed, which is part of the transaction.
 */
final class Transacting<A, B> implements KafkaWork, ConsumerRebalanceListener {
    private static final Duration SLICE = Duration.ofMillis(100);
    private static final Duration CLOSE_LIMIT = Duration.ofMillis(500);
    private static final Duration REWIND_LIMIT = Duration.ofSeconds(10);

    private final boolean ownId;
    private final String id;
    private final KafkaSettings from;
    private final Records<A> reading;
    private final KafkaSettings to;
    private final Records<B> writing;
    private final KafkaStage<? super A, ? extends B> stage;
    private final KafkaLife life;

    private final ArrayDeque<ConsumerRecord<byte[], byte[]>> polled = new ArrayDeque<>();
    /** Where each partition's reading began, for as long as the group has committed nothing of it. */
    private final Map<TopicPartition, Long> began = new HashMap<>();
    private boolean rewound = true;
    /** Whether another one has begun under the same id. */
    private boolean replaced;

    private volatile boolean draining;
    /** It was not started, or has ended without giving a transaction up. */
    private volatile boolean clean = true;
    private volatile PipelineStats stats = new PipelineStats(0, 0, 0, 0, 0);

    Transacting(Optional<String> id, KafkaSettings from, Records<A> reading, KafkaSettings to, Records<B> writing,
            KafkaStage<? super A, ? extends B> stage, KafkaLife life) {
        this.ownId = id.isPresent();
        this.id = id.orElseGet(() -> from.group() + "-" + UUID.randomUUID());
        this.from = from;
        this.reading = reading;
        this.to = to;
        this.writing = writing;
        this.stage = stage;
        this.life = life;
    }

    @Override
    public void run() throws IOException, InterruptedException {
        clean = false;
        var consumer = new KafkaConsumer<byte[], byte[]>(ownId ? from.consumer(id) : from.consumer());
        try {
            consumer.subscribe(from.topics(), this);
            for (int attempt = 1; goesOn(); attempt++) {
                long before = stats.transactions();
                try {
                    oneProducer(consumer);
                    break;
                } catch (StageException | KafkaException e) {
                    if (life.stopping()) {
                        return;
                    }
                    attempt = stats.transactions() > before ? 1 : attempt;
                    pause(attempt, e);
                }
            }
            clean = !life.stopping();
        } finally {
            // The interrupt of a stop would keep the close from waiting.
            Thread.interrupted();
            consumer.close(leaving());
        }
    }

    /** A member that is known by a name would stay one until its session ends; so it leaves, and its partitions are for the others at once. */
    private CloseOptions leaving() {
        var options = CloseOptions.timeout(CLOSE_LIMIT);
        return ownId && !replaced && from.knownByName() ? options.withGroupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP) : options;
    }

    private boolean goesOn() {
        return !life.stopping() && !draining;
    }

    private void pause(int attempt, Exception failure) throws IOException, InterruptedException {
        var why = failure instanceof StageException && failure.getCause() != null ? failure.getCause() : failure;
        var reason = failure instanceof StageException ? "its stage failed: " + SafeText.oneLine(why.toString()) : Brokers.reason(why);
        var told = new IOException(life + ": " + reason, why);
        replaced = ownId && (failure instanceof ProducerFencedException || failure instanceof FencedInstanceIdException);
        var pause = replaced ? Optional.<Duration>empty() : to.retry.pause(attempt);
        if (pause.isEmpty()) {
            throw replaced ? new IOException(life + ": another one has begun under its transactional id " + id, why) : told;
        }
        life.pause(told, why, pause.get(), this::goesOn);
    }

    private void oneProducer(KafkaConsumer<byte[], byte[]> consumer) throws StageException, IOException {
        var producer = new KafkaProducer<byte[], byte[]>(to.producer(id));
        try {
            producer.initTransactions();
            if (!rewound) {
                rewind(consumer);
            }
            while (goesOn()) {
                poll(consumer);
                if (!polled.isEmpty()) {
                    transact(consumer, producer);
                    life.works();
                }
            }
        } finally {
            Thread.interrupted();
            producer.close(CLOSE_LIMIT);
        }
    }

    private void poll(KafkaConsumer<byte[], byte[]> consumer) {
        if (polled.isEmpty()) {
            consumer.resume(consumer.paused());
            consumer.poll(SLICE).forEach(polled::addLast);
        } else {
            // For the group's sake: nothing is fetched.
            consumer.pause(consumer.assignment());
            consumer.poll(Duration.ZERO).forEach(polled::addLast);
        }
        polled.forEach(record -> began.putIfAbsent(partition(record), record.offset()));
    }

    private void transact(KafkaConsumer<byte[], byte[]> consumer, KafkaProducer<byte[], byte[]> producer) throws StageException, IOException {
        rewound = false;
        var batch = new Batch(producer);
        try {
            producer.beginTransaction();
            batch.process();
            if (batch.offsets.isEmpty()) {
                producer.abortTransaction();
            } else {
                batch.reach(consumer);
                producer.sendOffsetsToTransaction(batch.offsets, consumer.groupMetadata());
                producer.commitTransaction();
                batch.committed();
            }
            rewound = true;
        } catch (CommitFailedException e) {
            // The group is rebalancing, and our generation is over. Nothing is wrong with the producer.
            batch.aborted();
            producer.abortTransaction();
            rewind(consumer);
        } catch (StageException | KafkaException e) {
            batch.aborted();
            abort(producer, e);
            throw e;
        }
        if (batch.poison != null) {
            throw batch.poison;
        }
    }

    /** The next producer would do it as well; but readers wait for it. */
    private static void abort(KafkaProducer<byte[], byte[]> producer, Exception because) {
        if (because instanceof InterruptException) {
            Thread.interrupted();
        }
        try {
            producer.abortTransaction();
        } catch (KafkaException e) {
            because.addSuppressed(e);
        }
    }

    /** One transaction's records. */
    private final class Batch {
        private final KafkaProducer<byte[], byte[]> producer;
        private final Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        private @Nullable IOException poison;
        private long consumed;
        private long produced;
        private long poisoned;

        Batch(KafkaProducer<byte[], byte[]> producer) {
            this.producer = producer;
        }

        void process() throws StageException {
            long until = Moments.in(from.time, from.commitEvery);
            for (var record = polled.peekFirst(); record != null && !Moments.passed(from.time, until); record = polled.peekFirst()) {
                process(record);
                if (poison != null) {
                    return;
                }
                polled.removeFirst();
                consumed++;
                offsets.put(partition(record), new OffsetAndMetadata(record.offset() + 1, record.leaderEpoch(), ""));
                if (life.stopping()) {
                    throw new StageException(new InterruptedException("it was told to stop"));
                }
            }
        }

        /** Behind the last message there may be what ended a transaction, which is no message: it is done as well (see {@link Progress#reached}). */
        void reach(KafkaConsumer<byte[], byte[]> consumer) {
            var waiting = polled.stream().map(Transacting::partition).collect(Collectors.toSet());
            offsets.replaceAll((partition, done) -> waiting.contains(partition)
                    ? done
                    : new OffsetAndMetadata(Math.max(done.offset(), consumer.position(partition)), done.leaderEpoch(), ""));
        }

        private void process(ConsumerRecord<byte[], byte[]> record) throws StageException {
            if (Records.tombstone(record) && !reading.readsTombstones()) {
                poisoned++;
                return;
            }
            A message;
            try {
                message = reading.read(record);
            } catch (Exception e) {
                poisoned(record, e);
                return;
            }
            try {
                stage.process(message, made -> send(writing.write(to.topic(), made)));
            } catch (KafkaException e) {
                throw e;
            } catch (Exception e) {
                throw new StageException(e);
            }
        }

        private void poisoned(ConsumerRecord<byte[], byte[]> record, Exception why) {
            var message = Records.message(record, record.value());
            poisoned++;
            switch (from.poison) {
                case Poison.Stop() -> poison = Poisoned.stopped(message, why);
                case Poison.Skip() -> KafkaLog.skippedRecord(message, why);
                case Poison.DeadLetters(var topic) -> send(Records.whole(Records.BYTES).write(topic, Poisoned.labelled(message, why)));
                case Poison.Handled(var handler) -> {
                    try {
                        handler.handle(message, why);
                    } catch (Exception e) {
                        poison = Poisoned.notHandled(message, why, e);
                    }
                }
            }
        }

        /** That it failed is told by the commit. */
        private void send(ProducerRecord<byte[], byte[]> record) {
            var _ = producer.send(record);
            produced++;
        }

        void committed() {
            var s = stats;
            stats = new PipelineStats(s.consumed() + consumed, s.produced() + produced, s.transactions() + 1, s.aborted(), s.poison() + poisoned);
        }

        void aborted() {
            var s = stats;
            stats = new PipelineStats(s.consumed(), s.produced(), s.transactions(), s.aborted() + 1, s.poison());
        }
    }

    private void rewind(KafkaConsumer<byte[], byte[]> consumer) {
        polled.clear();
        var committed = consumer.committed(consumer.assignment(), REWIND_LIMIT);
        for (var partition : consumer.assignment()) {
            var to = committed.get(partition);
            var first = began.get(partition);
            if (to != null) {
                consumer.seek(partition, to);
            } else if (first != null) {
                consumer.seek(partition, first);
            }
        }
        rewound = true;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> added) {
        // Their position is what the group has committed, as nothing of ours is under way within a poll.
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> gone) {
        polled.removeIf(record -> gone.contains(partition(record)));
        began.keySet().removeAll(gone);
    }

    @Override
    public void drain() {
        draining = true;
        life.changed().signal();
    }

    @Override
    public long finished() {
        return stats.transactions();
    }

    @Override
    public DrainReport report(Duration took, long before, boolean interrupted) {
        int finished = Math.clamp(finished() - before, 0, Integer.MAX_VALUE);
        return new DrainReport(took, finished, !clean && interrupted ? 1 : 0, clean || interrupted ? 0 : 1, List.of());
    }

    PipelineStats stats() {
        return stats;
    }

    private static TopicPartition partition(ConsumerRecord<byte[], byte[]> record) {
        return new TopicPartition(record.topic(), record.partition());
    }
}
