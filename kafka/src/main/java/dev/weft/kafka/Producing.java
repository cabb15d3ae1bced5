package dev.weft.kafka;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import dev.weft.net.DrainReport;
import dev.weft.net.support.Moments;
import dev.weft.queue.AckQueue;
import dev.weft.queue.Delivered;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/**
 * The work of a sink: one thread that takes and sends, and another producer after each that failed.
 *
 * <p>The first failure of a producer closes it at once, within the callback that tells it: whatever is behind the message that failed, in its
 * partition, must not be written before it. The broker takes no later message of a producer in place of one that is missing (idempotence), and the
 * producer has no later turn in which it could begin a new sequence.
 */
final class Producing<T> implements KafkaWork {
    /** How long one wait keeps the sending thread from seeing that its producer failed, or that all is to end. */
    private static final Duration SLICE = Duration.ofMillis(100);
    /** At a stop: for what is under way, which takes milliseconds where there is a broker. */
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

    private final KafkaSettings settings;
    private final Records<T> records;
    private final AckQueue<T> queue;
    private final Runnable noMore;
    private final KafkaLife life;
    private final Room room;

    /** By number, in the order they were taken. */
    private final ConcurrentSkipListMap<Long, Sending<T>> underWay = new ConcurrentSkipListMap<>();
    private long number;
    private volatile boolean draining;
    /** All that was to be sent is acknowledged. */
    private volatile boolean allDone;

    private final AtomicLong producers = new AtomicLong();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    private record Sending<T>(Delivered<T> delivered, ProducerRecord<byte[], byte[]> record) {}

    /** @param noMore ends the queue for those who put into it, if it is ours */
    Producing(KafkaSettings settings, Records<T> records, AckQueue<T> queue, Runnable noMore, KafkaLife life) {
        this.settings = settings;
        this.records = records;
        this.queue = queue;
        this.noMore = noMore;
        this.life = life;
        this.room = new Room(settings.unacknowledged, life.changed());
    }

    @Override
    public void run() throws IOException, InterruptedException {
        for (int attempt = 1;; attempt++) {
            long before = acknowledged.get();
            var failure = oneProducer();
            if (life.stopping() || failure.isEmpty()) {
                return;
            }
            if (acknowledged.get() > before) {
                attempt = 1;
            }
            var why = failure.get();
            var pause = why.message ? Optional.<Duration>empty() : settings.retry.pause(attempt);
            if (pause.isEmpty()) {
                throw why.asIoException();
            }
            life.pause(why.asIoException(), why.cause, pause.get(), () -> !life.stopping());
        }
    }

    /** Why a producer can't go on: for a message that can't be written, another would fail as well. */
    private record Failure(String words, Throwable cause, boolean message) {
        IOException asIoException() {
            return new IOException(words + ": " + Brokers.reason(cause), cause);
        }
    }

    /** Sends until nothing is left to be sent, or it fails. */
    private Optional<Failure> oneProducer() throws InterruptedException {
        try {
            var session = new Session(new KafkaProducer<>(settings.producer()));
            producers.incrementAndGet();
            try {
                underWay.forEach(session::send);
                session.sendAll();
            } finally {
                session.close();
            }
            return Optional.ofNullable(session.failed.get());
        } catch (KafkaException e) {
            return Optional.of(new Failure("cannot make a producer for " + settings.what(), e, false));
        }
    }

    /** One producer and its failure. */
    private final class Session {
        private final KafkaProducer<byte[], byte[]> producer;
        private final AtomicReference<@Nullable Failure> failed = new AtomicReference<>();

        Session(KafkaProducer<byte[], byte[]> producer) {
            this.producer = producer;
        }

        void sendAll() throws InterruptedException {
            while (goesOn()) {
                if (!room.take(this::goesOn, Moments.NEVER)) {
                    continue;
                }
                var next = draining ? queue.nextAll(1).stream().findFirst() : queue.next(SLICE.toMillis(), TimeUnit.MILLISECONDS);
                if (next.isPresent()) {
                    take(next.get());
                    continue;
                }
                room.giveBack(1);
                if (draining || (queue.hasEnded() && queue.isEmpty())) {
                    awaitAcknowledgements();
                    return;
                }
            }
        }

        private boolean goesOn() {
            return !life.stopping() && failed.get() == null;
        }

        private void awaitAcknowledgements() throws InterruptedException {
            life.life().beginDrain();
            if (room.awaitNoneTaken(this::goesOn)) {
                allDone = true;
            }
        }

        private void take(Delivered<T> delivered) {
            ProducerRecord<byte[], byte[]> record;
            try {
                record = records.write(settings.topic(), delivered.message());
            } catch (RuntimeException e) {
                // It has no record, and so can't be kept as one that is under way.
                refuse(number++, new Sending<>(delivered, new ProducerRecord<>(settings.topic(), new byte[0])), e);
                return;
            }
            var sending = new Sending<>(delivered, record);
            underWay.put(number, sending);
            send(number++, sending);
        }

        void send(long number, Sending<T> sending) {
            if (!goesOn()) {
                return;
            }
            sent.incrementAndGet();
            try {
                // The callback is told all that the future would be.
                var _ = producer.send(sending.record(), (written, failure) -> {
                    if (failure == null) {
                        done(number, sending);
                    } else {
                        notSent(number, sending, failure);
                    }
                });
            } catch (KafkaException | IllegalStateException e) {
                notSent(number, sending, e);
            }
        }

        private void notSent(long number, Sending<T> sending, Exception why) {
            if (why instanceof InterruptException && life.stopping()) {
                // A stop found us waiting for room in the producer: what is under way is given its time.
                return;
            }
            if (why instanceof RecordTooLargeException) {
                refuse(number, sending, why);
            } else {
                fail(new Failure("cannot write to " + settings.what(), why, false));
            }
        }

        private void refuse(long number, Sending<T> sending, Exception why) {
            if (settings.poison instanceof Poison.Skip) {
                KafkaLog.skippedMessage("a message for " + settings.what() + " that can't be sent as it is", why);
                refused.incrementAndGet();
                finished(number, sending);
            } else {
                underWay.put(number, sending);
                fail(new Failure("a message for " + settings.what() + " can't be sent as it is (Poison says what becomes of such)", why, true));
            }
        }

        private void done(long number, Sending<T> sending) {
            acknowledged.incrementAndGet();
            finished(number, sending);
            life.works();
        }

        private void finished(long number, Sending<T> sending) {
            underWay.remove(number);
            room.giveBack(1);
            try {
                sending.delivered().acknowledge();
            } catch (RuntimeException e) {
                KafkaLog.acknowledgementFailed(life, e);
            }
        }

        private void fail(Failure why) {
            if (failed.compareAndSet(null, why)) {
                producer.close(Duration.ZERO);
                life.changed().signal();
            }
        }

        void close() {
            // The interrupt of a stop would keep the close from waiting.
            Thread.interrupted();
            producer.close(failed.get() == null ? CLOSE_LIMIT : Duration.ZERO);
        }
    }

    /** What is in the queue is the last. */
    @Override
    public void drain() {
        noMore.run();
        draining = true;
    }

    @Override
    public long finished() {
        return acknowledged.get();
    }

    @Override
    public DrainReport report(Duration took, long before, boolean interrupted) {
        return KafkaWork.ofMessages(took, finished() - before, (long) underWay.size() + (allDone ? 0 : queue.size()));
    }

    List<T> unsent() {
        return underWay.values().stream().map(s -> s.delivered().message()).toList();
    }

    SinkStats stats() {
        return new SinkStats(sent.get(), acknowledged.get(), room.taken(), refused.get(), producers.get());
    }
}
