package dev.weft.kafka;

import java.time.Duration;
import java.util.Optional;

import dev.weft.net.DrainReport;
import dev.weft.net.support.ExitStages;

/**
 * Consume, process, produce, exactly once within Kafka: what the stage makes of a message, and that the message is done, are written in one
 * transaction.
 *
 * {@snippet :
 * var kafka = Kafka.at("localhost:9092");
 * var billing = KafkaPipeline.exactlyOnce(
 *         kafka.topic("orders").group("billing").text(),
 *         kafka.topic("bills").text(),
 *         KafkaStage.map(order -> "bill for " + order));
 * try (billing) {
 *     billing.start().join();
 * }
 * }
 *
 * <p>A reader of the outgoing topic with {@code isolation.level=read_committed}, as our sources are, sees what was made of each message once, in
 * order, whatever is killed and when. A transaction takes what was polled, for as long as {@link KafkaTopic#commitEvery} of the incoming topic; when
 * it fails, it is aborted, and its messages are read again after a pause ({@link KafkaTopic#retry} of the outgoing one). One call of the stage has
 * to be shorter than {@code transaction.timeout.ms}.
 *
 * <p>Poison is what the incoming topic's policy says; dead letters are written within the transaction. Several pipelines of one group share the
 * partitions. It works on one platform thread.
 */
public final class KafkaPipeline extends KafkaEnd<KafkaPipeline> {
    /** For a commit under way, which takes milliseconds where there are brokers: an interrupt would leave it to the brokers how it ends. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final KafkaSettings from;
    private final Transacting<?, ?> transacting;

    private KafkaPipeline(KafkaSettings from, KafkaLife life, Transacting<?, ?> transacting) {
        super(from, life, transacting);
        this.from = from;
        this.transacting = transacting;
    }

    private static <A, B> KafkaPipeline of(Optional<String> id, KafkaTopic<A> from, KafkaTopic<B> to, KafkaStage<? super A, ? extends B> stage) {
        if (!from.settings.where().equals(to.settings.where())) {
            throw new IllegalArgumentException("a transaction is within one cluster, not from " + from + " to " + to);
        }
        var source = from.settings.ofSource();
        var life = new KafkaLife("pipeline from " + source.what() + " to " + to.settings.topic() + " for group " + source.group(), source.time);
        return new KafkaPipeline(source, life, new Transacting<>(id, source, from.records(), to.settings.ofSink(), to.records(), stage, life));
    }

    /**
     * A pipeline between two topics of one cluster, under an id made up for it. When it is killed, its partitions stand still until its group has
     * missed it: {@code session.timeout.ms}, Kafka's 45 s. Give it an id, and it goes on as soon as it is started again.
     *
     * @throws IllegalArgumentException when they are of two clusters
     * @throws IllegalStateException when the incoming topic has no group
     */
    public static <A, B> KafkaPipeline exactlyOnce(KafkaTopic<A> from, KafkaTopic<B> to, KafkaStage<? super A, ? extends B> stage) {
        return of(Optional.empty(), from, to, stage);
    }

    /**
     * As {@link #exactlyOnce(KafkaTopic, KafkaTopic, KafkaStage)} under this transactional id, which no other may have. One that begins takes over at
     * once from the one before, transaction and partitions: from one that was killed, and from one that still runs, which ends with a failure. Its
     * group knows it by the same id ({@code group.instance.id}; not with {@code group.protocol=consumer}, where brokers refuse that after a kill).
     * One that is closed leaves its partitions to the others of its group at once.
     *
     * @throws IllegalArgumentException when they are of two clusters
     * @throws IllegalStateException when the incoming topic has no group
     */
    public static <A, B> KafkaPipeline exactlyOnce(String transactionalId, KafkaTopic<A> from, KafkaTopic<B> to,
            KafkaStage<? super A, ? extends B> stage) {
        return of(Optional.of(transactionalId), from, to, stage);
    }

    @Override
    KafkaPipeline self() {
        return this;
    }

    @Override
    Thread.Builder thread() {
        return Thread.ofPlatform().daemon().name("weft-kafka-pipeline-" + from.group());
    }

    @Override
    Duration patience() {
        return PATIENCE;
    }

    @Override
    ExitStages.Stage stage() {
        return ExitStages.Stage.WORK;
    }

    @Override
    void ended() {}

    /**
     * {@inheritDoc}
     *
     * <p>The transaction under way is the last. It counts transactions: one that was committed meanwhile has finished, one that was given up is
     * aborted, and its messages come again; interrupted, when its stage had to be interrupted for that, a second after the limit.
     */
    @Override
    public DrainReport drain(Duration limit) {
        return super.drain(limit);
    }

    /** What it has done so far. */
    public PipelineStats stats() {
        return transacting.stats();
    }
}
