package dev.weft.kafka;

import java.time.Duration;
import java.util.List;

import dev.weft.net.DrainReport;
import dev.weft.net.support.ExitStages;
import dev.weft.queue.AckQueue;

/**
 * A topic where a sending queue was: what is put into {@link #toSend} is written, and acknowledged when all replicas in sync have it.
 *
 * <p>So acknowledgements chain: what was given with a message to run when it is done ({@link AckQueue#put(Object, Runnable)}), such as a source's
 * acknowledgement of what it was made of, runs when it can't be lost any more.
 *
 * <p>Messages are written in the order in which they were taken, and so those of one key ({@link KafkaTopic#key}) lie in that order in its
 * partition. The producer is idempotent: what it repeats by itself, for {@link KafkaTopic#deliverWithin}, is written once. When it gives up, another
 * begins with all that was not acknowledged, the oldest first, at the pauses of {@link KafkaTopic#retry}: messages may then be written twice, and
 * the first copies of all are in order.
 *
 * <p>It works on a virtual thread; acknowledgements run on the thread of Kafka's producer, and must be quick.
 *
 * @param <T> the type of a message
 */
public final class KafkaSink<T> extends KafkaEnd<KafkaSink<T>> {
    private final KafkaSettings settings;
    private final AckQueue<T> toSend;
    private final boolean ours;
    private final Producing<T> producing;

    /** @param ours whether the queue was made for this sink, and ends with it */
    static <T> KafkaSink<T> of(KafkaSettings settings, Records<T> records, AckQueue<T> toSend, boolean ours) {
        var life = new KafkaLife("sink to " + settings.what(), settings.time);
        return new KafkaSink<>(settings, toSend, ours, life, new Producing<>(settings, records, toSend, ours ? toSend::end : () -> {}, life));
    }

    private KafkaSink(KafkaSettings settings, AckQueue<T> toSend, boolean ours, KafkaLife life, Producing<T> producing) {
        super(settings, life, producing);
        this.settings = settings;
        this.toSend = toSend;
        this.ours = ours;
        this.producing = producing;
    }

    /**
     * What is to be sent. Ending it ends the sink, once all of it is acknowledged. A queue of our making ends when the sink does; what is left in it
     * can be taken.
     */
    public AckQueue<T> toSend() {
        return toSend;
    }

    /** Once it has ended: messages that it had taken and that were not acknowledged, the oldest first; they may have been written. */
    public List<T> unsent() {
        return producing.unsent();
    }

    @Override
    KafkaSink<T> self() {
        return this;
    }

    @Override
    Thread.Builder thread() {
        return Thread.ofVirtual().name("weft-kafka-sink-" + settings.topic());
    }

    /** None: only an interrupt ends a send that waits for room in Kafka's producer. */
    @Override
    Duration patience() {
        return Duration.ZERO;
    }

    @Override
    ExitStages.Stage stage() {
        return ExitStages.Stage.OUTLET;
    }

    @Override
    void ended() {
        if (ours) {
            toSend.end();
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>It counts messages: those that were acknowledged meanwhile have finished; those that were not, or were still in the queue, are aborted. It
     * takes all that is in its queue first; one of our making ends at once, so that no more is put into it.
     */
    @Override
    public DrainReport drain(Duration limit) {
        return super.drain(limit);
    }

    /** What it has done so far. */
    public SinkStats stats() {
        return producing.stats();
    }
}
