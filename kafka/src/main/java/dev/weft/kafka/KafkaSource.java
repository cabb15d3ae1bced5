package dev.weft.kafka;

import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;

import dev.weft.net.support.ExitStages;
import dev.weft.queue.AckQueue;

/**
 * A topic where a receiving queue was: what its consumer group is assigned comes out of {@link #received}, and is committed when it is acknowledged.
 *
 * <p>Each message is delivered at least once. Committed is, of each partition, what lies below the first message that is not acknowledged: on an
 * interval ({@link KafkaTopic#commitEvery}), before a partition goes to another member, and at the end. A message that is never acknowledged comes
 * again, with all behind it, to whoever has its partition next; so does what was under way when a partition went, and acknowledging it then changes
 * nothing. Messages of one partition come in its order.
 *
 * <p>A full queue, or too many messages under way ({@link KafkaTopic#unacknowledged}), stops the fetching and not the polling: the group keeps a slow
 * member for as long as it lives. Records with the values of aborted transactions are not seen (property {@code isolation.level}), and a group
 * without commits begins at the oldest record (property {@code auto.offset.reset}).
 *
 * <p>It works on one platform thread, as Kafka's consumer is for one thread, and waits in a selector, which would hold a carrier.
 *
 * @param <T> the type of a message
 */
public final class KafkaSource<T> implements KafkaEnd, Iterable<T> {
    /** It waits for a slice at most; a decoder or a handler of poison may wait for longer. */
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private final Settings settings;
    private final AckQueue<T> received;
    private final boolean ours;
    private final Life life;
    private final Consuming<T> consuming;

    KafkaSource(Settings settings, Records<T> records, AckQueue<T> received, boolean ours) {
        this.settings = settings;
        this.received = received;
        this.ours = ours;
        this.life = new Life("source of " + settings.what() + " for group " + settings.group());
        this.consuming = new Consuming<>(settings, records, received, ours ? received::end : () -> {}, life);
    }

    /**
     * What has been received. A queue of our making ends when the source does; a shutdown empties it, as what is in it comes again. Whoever takes
     * with {@link AckQueue#next} says when a message is done; {@code take} and its like acknowledge at once.
     */
    public AckQueue<T> received() {
        return received;
    }

    @Override
    public KafkaSource<T> start() throws IOException {
        life.start(settings, Thread.ofPlatform().daemon().name("weft-kafka-source-" + settings.group()), consuming::run, this::atEnd);
        return this;
    }

    private void atEnd() {
        if (ours) {
            received.end();
            if (life.stopping()) {
                received.nextAll(Integer.MAX_VALUE);
            }
        }
    }

    @Override
    public void join() {
        life.join();
    }

    /**
     * {@inheritDoc}
     *
     * <p>A queue of our making ends at once: who takes from it gets what is in it, and then is told.
     */
    @Override
    public boolean drain(Duration limit) {
        consuming.drain(limit);
        life.awaitEnd(limit.plusSeconds(1));
        shutdown();
        return consuming.endedClean();
    }

    @Override
    public void shutdown() {
        life.stop(PATIENCE, this::atEnd);
    }

    @Override
    public KafkaSource<T> drainOnExit(Duration limit) {
        life.drainOnExit(ExitStages.Stage.INTAKE, () -> drain(limit));
        return this;
    }

    @Override
    public void close() {
        shutdown();
    }

    @Override
    public KafkaState state() {
        return life.state();
    }

    @Override
    public Optional<IOException> failure() {
        return life.failure();
    }

    /** What it has done so far. */
    public SourceStats stats() {
        return consuming.stats();
    }

    /**
     * How many records of its topics the group has not committed, of all partitions; asked of the brokers, which takes tens of milliseconds. A
     * partition of which it has committed nothing counts from its oldest record. Records of a transaction that is still open do not count, as nobody
     * may read them yet; of one that has ended, some are not messages (what ends it, or all of an aborted one), and are passed over and committed.
     *
     * @throws IOException when they don't answer within {@link KafkaTopic#connectWithin}
     */
    public long lag() throws IOException {
        return Brokers.lag(settings);
    }

    /**
     * What has been received and what is still to come, until the source ends. Each message is acknowledged when the next is asked for. An interrupt,
     * which stays set, ends the iteration.
     */
    @Override
    public Iterator<T> iterator() {
        return received.acknowledging();
    }

    @Override
    public String toString() {
        return life.toString();
    }
}
