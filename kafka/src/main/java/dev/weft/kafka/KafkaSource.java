package dev.weft.kafka;

import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;

import dev.weft.net.DrainReport;
import dev.weft.net.LifeState;
import dev.weft.net.support.ExitStages;
import dev.weft.queue.AckQueue;

/**
 * A topic where a receiving queue was: what its consumer group is assigned comes out of {@link #received}, and is committed when it is acknowledged.
 *
 * <p>Each message is delivered at least once. Committed is, of each partition, what lies below the first message that is not acknowledged: on an
 * interval ({@link KafkaTopic#commitEvery}), before a partition goes to another member, and at the end. A message that is never acknowledged comes
 * again, with all behind it, to the next owner of its partition; so does what was under way when a partition went, and acknowledging it then changes
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
public final class KafkaSource<T> extends KafkaEnd<KafkaSource<T>> implements Iterable<T> {
    /** It waits for a slice at most; a decoder or a handler of poison may take longer. */
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private final KafkaSettings settings;
    private final AckQueue<T> received;
    private final boolean ours;
    private final Consuming<T> consuming;

    /** @param ours whether the queue was made for this source, and ends with it */
    static <T> KafkaSource<T> of(KafkaSettings settings, Records<T> records, AckQueue<T> received, boolean ours) {
        var life = new KafkaLife("source of " + settings.what() + " for group " + settings.group(), settings.time);
        return new KafkaSource<>(settings, received, ours, life,
                new Consuming<>(settings, records, received, ours ? received::end : () -> {}, life));
    }

    private KafkaSource(KafkaSettings settings, AckQueue<T> received, boolean ours, KafkaLife life, Consuming<T> consuming) {
        super(settings, life, consuming);
        this.settings = settings;
        this.received = received;
        this.ours = ours;
        this.consuming = consuming;
    }

    /**
     * What has been received. A queue of our making ends when the source does; at the end of a drain it is emptied, as what is in it comes again.
     * What was taken with {@link AckQueue#next} is acknowledged by the taker when it is done; {@code take} and its like acknowledge at once.
     */
    public AckQueue<T> received() {
        return received;
    }

    @Override
    KafkaSource<T> self() {
        return this;
    }

    @Override
    Thread.Builder thread() {
        return Thread.ofPlatform().daemon().name("weft-kafka-source-" + settings.group());
    }

    @Override
    Duration patience() {
        return PATIENCE;
    }

    @Override
    ExitStages.Stage stage() {
        return ExitStages.Stage.INTAKE;
    }

    @Override
    void ended() {
        if (ours) {
            received.end();
            if (state() == LifeState.DRAINING) {
                received.nextAll(Integer.MAX_VALUE);
            }
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>It counts messages: those that were acknowledged meanwhile have finished, those that were not are aborted, and come again. A queue of our
     * making ends at once: a thread that takes from it gets what is in it, and then sees its end.
     */
    @Override
    public DrainReport drain(Duration limit) {
        return super.drain(limit);
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
}
