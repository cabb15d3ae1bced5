package dev.weft.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How far a source is behind on topics that transactions write, where not every record is a message. */
@Timeout(60)
class LagTest {
    private final Broker broker = Broker.shared();

    @Test
    void behindTheEndOfATransactionNothingIsLeft() throws Exception {
        broker.topic("lag-in", 3);
        broker.topic("lag-out", 3);
        var from = broker.kafka().topic("lag-in").group("lag").text().commitEvery(Duration.ofMillis(20));
        try (var feed = broker.kafka().topic("lag-in").text().key(Numbered::key).sink().start();
                var pipeline = KafkaPipeline.exactlyOnce(from, broker.kafka().topic("lag-out").text().key(Numbered::key), KafkaStage.map(m -> m));
                var source = source("lag-out").start()) {
            Numbered.put(feed, 0, 50);
            pipeline.start();
            Thread.ofVirtual().start(() -> source.forEach(m -> {}));
            await().until(() -> source.stats().acknowledged() == 50);
            await().untilAsserted(() -> assertThat(source.lag()).isZero());
        }
        try (var again = source("lag-out").start()) {
            await().until(() -> again.stats().partitions() == 3);
            assertThat(again.lag()).isZero();
        }
    }

    @Test
    void whatWasAbortedIsPassedOverAndWhatIsOpenIsNotThereYet() throws Exception {
        broker.topic("aborted", 1);
        try (var producer = producer()) {
            producer.initTransactions();
            try (var source = source("aborted").start()) {
                Thread.ofVirtual().start(() -> source.forEach(m -> {}));
                write(producer, "aborted", 1);
                producer.commitTransaction();
                await().until(() -> source.stats().acknowledged() == 1);
                write(producer, "aborted", 3);
                producer.abortTransaction();
                await().untilAsserted(() -> assertThat(source.lag()).isZero());
                write(producer, "aborted", 2);
                assertThat(source.lag()).as("nobody can read what is not committed").isZero();
                producer.commitTransaction();
                await().until(() -> source.stats().acknowledged() == 3);
                await().untilAsserted(() -> assertThat(source.lag()).isZero());
            }
            write(producer, "aborted", 3);
            producer.abortTransaction();
            try (var source = source("aborted").start()) {
                await().untilAsserted(() -> assertThat(source.lag()).as("where there has been no message at all").isZero());
                assertThat(source.stats().received()).isZero();
            }
        }
    }

    @Test
    void aMessageThatIsNotAcknowledgedKeepsWhatIsBehindIt() throws Exception {
        broker.topic("kept", 1);
        try (var producer = producer(); var source = source("kept").start()) {
            producer.initTransactions();
            write(producer, "kept", 2);
            producer.commitTransaction();
            var first = source.received().next().orElseThrow();
            source.received().next().orElseThrow().acknowledge();
            assertThat(source.drain(Duration.ofMillis(300)).clean()).isFalse();
            assertThat(broker.committed("kept", "kept")).as("nothing below the first").isEmpty();
            first.acknowledge();
        }
        try (var again = source("kept").start()) {
            assertThat(again.received().next().orElseThrow().message()).isEqualTo("0");
        }
    }

    private KafkaSource<String> source(String topic) {
        return broker.kafka().topic(topic).group(topic).text().commitEvery(Duration.ofMillis(20)).property("heartbeat.interval.ms", "300").source();
    }

    private static void write(KafkaProducer<byte[], byte[]> producer, String topic, int count) throws Exception {
        producer.beginTransaction();
        for (int i = 0; i < count; i++) {
            producer.send(new ProducerRecord<>(topic, Integer.toString(i).getBytes(StandardCharsets.UTF_8))).get();
        }
    }

    private KafkaProducer<byte[], byte[]> producer() {
        return new KafkaProducer<>(Map.of("bootstrap.servers", broker.address(), "transactional.id", "lag-test", "acks", "all"),
                new ByteArraySerializer(), new ByteArraySerializer());
    }
}
