package dev.weft.kafka;

import java.util.List;

/**
 * Where an Apache Kafka cluster is; the beginning of every source and sink.
 *
 * {@snippet :
 * var kafka = Kafka.at("localhost:9092");
 * var orders = kafka.topic("orders").group("billing").text().source().start();
 * var bills = kafka.topic("bills").text().sink().start();
 * for (var next = orders.received().next(); next.isPresent(); next = orders.received().next()) {
 *     var order = next.get();
 *     bills.toSend().put("bill for " + order.message(), order::acknowledge);
 * }
 * }
 *
 * <p>An order is acknowledged, and its offset committed, once the brokers have its bill: nothing is lost, whatever is killed. A bill may be written
 * twice then; where that matters, use a {@link KafkaPipeline}.
 *
 * <p>Nothing connects before {@code start}. Immutable.
 */
public final class Kafka {
    private final KafkaSettings settings;

    private Kafka(KafkaSettings settings) {
        this.settings = settings;
    }

    /**
     * The cluster that has these brokers; the others are learned from them.
     *
     * @param brokers host and port each, {@code "localhost:9092"}; several may stand in one string, between commas
     * @throws IllegalArgumentException when there is none, or one without a port
     */
    public static Kafka at(String... brokers) {
        return new Kafka(new KafkaSettings(Brokers.parse(List.of(brokers))));
    }

    /**
     * The same, with a property of Kafka's clients for all that is made of it: security, timeouts, buffer sizes. See {@link KafkaTopic#property}.
     *
     * @throws IllegalArgumentException when it is one that this module sets itself
     */
    public Kafka property(String name, String value) {
        var changed = settings.copy();
        changed.property(name, value);
        return new Kafka(changed);
    }

    /**
     * A topic to read or to write, or several to read, as bytes until a codec is named.
     *
     * @throws IllegalArgumentException when there is none, or a name that no topic can have
     */
    public KafkaTopic<byte[]> topic(String... names) {
        var changed = settings.copy();
        changed.topics(List.of(names));
        return new KafkaTopic<>(changed, Records.BYTES);
    }

    @Override
    public String toString() {
        return "Kafka at " + settings.where();
    }
}
