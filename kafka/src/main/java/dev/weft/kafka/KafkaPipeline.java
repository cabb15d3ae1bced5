package dev.weft.kafka;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

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
 * <p>Whoever reads the outgoing topic with {@code isolation.level=read_committed}, as our sources do, sees what was made of each message once, in
 * order, whoever is killed and when. A transaction takes what was polled, for as long as {@link KafkaTopic#commitEvery} of the incoming topic; when
 * it fails, it is aborted, and its messages are read again after a pause ({@link KafkaTopic#retry} of the outgoing one). One call of the stage has
 * to be shorter than {@code transaction.timeout.ms}.
 *
 * <p>Poison is what the incoming topic's policy says; dead letters are written within the transaction. Several pipelines of one group share the
 * partitions. It works on one platform thread.
 */
public final class KafkaPipeline implements KafkaEnd {
    /** For a commit under way, which takes milliseconds where there are brokers: an interrupt would leave it to the brokers how it ends. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Settings from;
    private final Life life;
    private final Transacting<?, ?> transacting;

    private <A, B> KafkaPipeline(Optional<String> id, KafkaTopic<A> from, KafkaTopic<B> to, KafkaStage<? super A, ? extends B> stage) {
        this.from = from.settings.ofSource();
        this.life = new Life("pipeline from " + this.from.what() + " to " + to.settings.topic() + " for group " + this.from.group());
        this.transacting = new Transacting<>(id, this.from, from.records(), to.settings.ofSink(), to.records(), stage, life);
    }

    /**
     * A pipeline between two topics of one cluster, under an id made up for it. When it is killed, its partitions stand still until its group has
     * missed it: {@code session.timeout.ms}, Kafka's 45 s. Give it an id, and it goes on as soon as it is started again.
     *
     * @throws IllegalArgumentException when they are of two clusters
     * @throws IllegalStateException when the incoming topic has no group
     */
    public static <A, B> KafkaPipeline exactlyOnce(KafkaTopic<A> from, KafkaTopic<B> to, KafkaStage<? super A, ? extends B> stage) {
        sameCluster(from, to);
        return new KafkaPipeline(Optional.empty(), from, to, stage);
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
        sameCluster(from, to);
        return new KafkaPipeline(Optional.of(transactionalId), from, to, stage);
    }

    private static void sameCluster(KafkaTopic<?> from, KafkaTopic<?> to) {
        if (!from.settings.where().equals(to.settings.where())) {
            throw new IllegalArgumentException("a transaction is within one cluster, not from " + from + " to " + to);
        }
    }

    static String madeUpId(String group) {
        return group + "-" + UUID.randomUUID();
    }

    @Override
    public KafkaPipeline start() throws IOException {
        life.start(from, Thread.ofPlatform().daemon().name("weft-kafka-pipeline-" + from.group()), transacting::run, () -> {});
        return this;
    }

    @Override
    public void join() {
        life.join();
    }

    /**
     * {@inheritDoc}
     *
     * <p>The transaction under way is the last.
     */
    @Override
    public boolean drain(Duration limit) {
        transacting.drain();
        boolean inTime = life.awaitEnd(limit);
        shutdown();
        return inTime;
    }

    /** {@inheritDoc} A stage that is at work is interrupted after a second. */
    @Override
    public void shutdown() {
        life.stop(PATIENCE, () -> {});
    }

    @Override
    public KafkaPipeline drainOnExit(Duration limit) {
        life.drainOnExit(ExitStages.Stage.WORK, () -> drain(limit));
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
    public PipelineStats stats() {
        return transacting.stats();
    }

    @Override
    public String toString() {
        return life.toString();
    }
}
