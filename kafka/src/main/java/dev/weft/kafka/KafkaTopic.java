package dev.weft.kafka;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Function;

import dev.weft.net.Backoff;
import dev.weft.net.TimeSource;
import dev.weft.net.support.Moments;
import dev.weft.queue.AckQueue;

/**
 * The builder of what reads or writes a topic: a {@link #source}, a {@link #sink}, or both ends of a {@link #passage}. One builder may make many.
 *
 * @param <T> the type of a message
 */
public final class KafkaTopic<T> {
    final KafkaSettings settings;
    private Records<T> records;

    KafkaTopic(KafkaSettings settings, Records<T> records) {
        this.settings = settings;
        this.records = records;
    }

    /** The consumer group that a source is of: its members share the partitions, and its commits are kept under this name. No default. */
    public KafkaTopic<T> group(String name) {
        settings.group(name);
        return this;
    }

    /** Values are text in UTF-8; what is no UTF-8 becomes U+FFFD. Call it before {@link #key}: it forgets that. */
    public KafkaTopic<String> text() {
        return text(StandardCharsets.UTF_8);
    }

    /** As {@link #text()}, in another charset. */
    public KafkaTopic<String> text(Charset charset) {
        return codec(bytes -> new String(bytes, charset), text -> text.getBytes(charset));
    }

    /**
     * Values are what these two make of them; default bytes as they are. Call it before {@link #key}: it forgets that.
     *
     * @param decode called on a source's thread
     * @param encode called on a sink's thread; what it throws is a message that can't be sent: see {@link #poison}
     */
    public <U> KafkaTopic<U> codec(KafkaDecoder<U> decode, Function<? super U, byte[]> encode) {
        return new KafkaTopic<>(settings.copy(), Records.of(decode, encode));
    }

    /** Messages are whole records, with key, headers, timestamp and position, rather than their values alone. */
    public KafkaTopic<KafkaMessage<T>> messages() {
        return new KafkaTopic<>(settings.copy(), Records.whole(records));
    }

    /** The key a sink gives a message, in UTF-8: messages of one key stay in order. Default none, or that of the {@link KafkaMessage}. */
    public KafkaTopic<T> key(Function<? super T, String> key) {
        records = Records.keyed(records, value -> key.apply(value).getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** A header that a sink adds to each message, in UTF-8. Default none, or those of the {@link KafkaMessage}. */
    public KafkaTopic<T> header(String name, Function<? super T, String> header) {
        records = Records.headed(records, value -> KafkaHeader.of(name, header.apply(value)));
        return this;
    }

    /** Messages that wait in a queue of our making; default {@value AckQueue#DEFAULT_CAPACITY}. While it is full, a source fetches no more. */
    public KafkaTopic<T> capacity(int messages) {
        settings.capacity = KafkaSettings.atLeastOne(messages, "capacity");
        return this;
    }

    /**
     * Messages that may be under way without being acknowledged: a source hands out no more until one is, a sink takes no more. Code that
     * gathers messages before it acknowledges them needs more than it gathers. Default 10,000.
     */
    public KafkaTopic<T> unacknowledged(int most) {
        settings.unacknowledged = KafkaSettings.atLeastOne(most, "unacknowledged");
        return this;
    }

    /**
     * How often a source commits what has been acknowledged; default 500 ms. As much as was acknowledged since may come again when its process is
     * killed.
     */
    public KafkaTopic<T> commitEvery(Duration interval) {
        settings.commitEvery = KafkaSettings.positive(interval, "commitEvery");
        return this;
    }

    /** How long {@code start} waits for a broker to answer; default 10 s. Once started, it goes on for as long as brokers are away. */
    public KafkaTopic<T> connectWithin(Duration limit) {
        settings.connectWithin = KafkaSettings.positive(limit, "connectWithin");
        return this;
    }

    /**
     * How long a sink's producer tries by itself to have a message acknowledged, which can't repeat or reorder anything, before a new one begins
     * again with all that was not; default 30 s. A message may be written twice then.
     */
    public KafkaTopic<T> deliverWithin(Duration limit) {
        settings.deliverWithin = KafkaSettings.positive(limit, "deliverWithin");
        return this;
    }

    /**
     * When a sink or a pipeline begins again after a failure; default exponential from 100 ms to 30 s, for ever. {@link Backoff#never} ends it with
     * the first.
     */
    public KafkaTopic<T> retry(Backoff pauses) {
        settings.retry = pauses;
        return this;
    }

    /**
     * How long a {@code close} drains what is made of this; default 1 s, zero means no limit. What is not acknowledged by then is not lost: it comes
     * again.
     */
    public KafkaTopic<T> grace(Duration limit) {
        settings.grace = Moments.checkLimit("grace", limit);
        return this;
    }

    /** The clock of its pauses, limits and intervals; default {@link TimeSource#system}. Kafka's clients keep their own. */
    public KafkaTopic<T> time(TimeSource time) {
        settings.time = time;
        return this;
    }

    /** What becomes of a record that can't be decoded, or a message that can't be sent as it is; default {@link Poison#stop}. */
    public KafkaTopic<T> poison(Poison policy) {
        settings.poison = policy;
        return this;
    }

    /**
     * A property of Kafka's clients, in Kafka's words; it goes to those clients that know it, and to all when none does.
     *
     * <p>Set here unless said otherwise: {@code auto.offset.reset=earliest}, {@code isolation.level=read_committed}, {@code max.poll.records} (500
     * or the capacity), {@code partition.assignment.strategy} (cooperative sticky: a member that keeps a partition goes on undisturbed), {@code
     * request.timeout.ms} and {@code max.block.ms} of producers (after {@link #deliverWithin}), {@code transaction.timeout.ms=15000}. The rest is
     * Kafka's.
     *
     * @throws IllegalArgumentException when it is one that this module sets itself; the message says by which method
     */
    public KafkaTopic<T> property(String name, String value) {
        settings.property(name, value);
        return this;
    }

    /**
     * A source with a queue of its own.
     *
     * @throws IllegalStateException when it has no {@link #group}
     */
    public KafkaSource<T> source() {
        return KafkaSource.of(settings.ofSource(), records, new AckQueue<T>(settings.capacity, settings.time), true);
    }

    /**
     * A source into this queue, which does not end with it.
     *
     * @throws IllegalStateException when it has no {@link #group}
     */
    public KafkaSource<T> source(AckQueue<T> received) {
        return KafkaSource.of(settings.ofSource(), records, received, false);
    }

    /**
     * A sink with a queue of its own.
     *
     * @throws IllegalStateException when there are several topics, or the poison policy is one for sources
     */
    public KafkaSink<T> sink() {
        return KafkaSink.of(settings.ofSink(), records, new AckQueue<T>(settings.capacity, settings.time), true);
    }

    /**
     * A sink from this queue; when it has ended, and all of it is acknowledged, so has the sink.
     *
     * @throws IllegalStateException when there are several topics, or the poison policy is one for sources
     */
    public KafkaSink<T> sink(AckQueue<T> toSend) {
        return KafkaSink.of(settings.ofSink(), records, toSend, false);
    }

    /**
     * Both ends: a sink and a source on this topic, as one thing that takes the place of a queue in memory.
     *
     * @throws IllegalStateException for the reasons of {@link #source} and {@link #sink}
     */
    public Passage<T> passage() {
        return new Passage.OnKafka<>(sink(), source());
    }

    Records<T> records() {
        return records;
    }

    @Override
    public String toString() {
        return settings.what();
    }
}
