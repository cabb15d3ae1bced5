package dev.weft.kafka;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import dev.weft.net.support.ExitStages;
import dev.weft.queue.AckQueue;

/**
 * A topic where a sending queue was: what is put into {@link #toSend} is written, and acknowledged when all replicas in sync have it.
 *
 * <p>So acknowledgements chain: who put a message with what is to happen when it is done ({@link AckQueue#put(Object, Runnable)}), such as a source's
 * acknowledgement of what it was made of, is told when it can't be lost any more.
 *
 * <p>Messages are written in the order in which they were taken, and so those of one key ({@link KafkaTopic#key}) lie in that order in its
 * partition. The producer is idempotent: what it repeats by itself, for {@link KafkaTopic#deliverWithin}, is written once. When it gives up, another
 * begins with all that was not acknowledged, the oldest first, at the pauses of {@link KafkaTopic#retry}: messages may then be written twice, and
 * whoever looks at the first of each sees them in order.
 *
 * <p>It works on a virtual thread; acknowledgements run on the thread of Kafka's producer, and must be quick.
 *
 * @param <T> the type of a message
 */
public final class KafkaSink<T> implements KafkaEnd {
    private final Settings settings;
    private final AckQueue<T> toSend;
    private final boolean ours;
    private final Life life;
    private final Producing<T> producing;

    KafkaSink(Settings settings, Records<T> records, AckQueue<T> toSend, boolean ours) {
        this.settings = settings;
        this.toSend = toSend;
        this.ours = ours;
        this.life = new Life("sink to " + settings.what());
        this.producing = new Producing<>(settings, records, toSend, life);
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
    public KafkaSink<T> start() throws IOException {
        life.start(settings, Thread.ofVirtual().name("weft-kafka-sink-" + settings.topic()), producing::run, this::atEnd);
        return this;
    }

    private void atEnd() {
        if (ours) {
            toSend.end();
        }
    }

    @Override
    public void join() {
        life.join();
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes all that is in its queue first; one of our making ends at once, so that nobody puts more.
     */
    @Override
    public boolean drain(Duration limit) {
        atEnd();
        producing.drain();
        boolean inTime = life.awaitEnd(limit);
        shutdown();
        return inTime && producing.unsent().isEmpty();
    }

    @Override
    public void shutdown() {
        life.stop(Duration.ZERO, this::atEnd);
    }

    @Override
    public KafkaSink<T> drainOnExit(Duration limit) {
        life.drainOnExit(ExitStages.Stage.OUTLET, () -> drain(limit));
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
    public SinkStats stats() {
        return producing.stats();
    }

    @Override
    public String toString() {
        return life.toString();
    }
}
