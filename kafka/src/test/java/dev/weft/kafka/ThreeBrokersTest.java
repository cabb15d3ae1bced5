package dev.weft.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three brokers, of which one is killed and does not come back: {@code mvn -P three-brokers}. */
@Tag("three-brokers")
@Timeout(240)
class ThreeBrokersTest {
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final int COUNT = 20_000;

    private static Broker brokers;

    @BeforeAll
    static void start() {
        brokers = Broker.start(3);
    }

    @AfterAll
    static void end() {
        brokers.close();
    }

    @Test
    void aPipelineGoesOnWithTheTwoThatAreLeft() throws Exception {
        brokers.topic("in", 6);
        brokers.topic("out", 6);
        brokers.topic("exact", 6);
        var kafka = brokers.kafka();
        try (var feed = kafka.topic("in").text().key(Numbered::key).unacknowledged(200).sink().start();
                var source = kafka.topic("in").group("g").text().commitEvery(Duration.ofMillis(50)).source().start();
                var sink = kafka.topic("out").text().key(Numbered::key).sink().start();
                var exactly = KafkaPipeline.exactlyOnce(kafka.topic("in").group("e").text(), kafka.topic("exact").text().key(Numbered::key),
                        KafkaStage.map(m -> m)).start()) {
            Copying.start(source, sink);
            var feeding = Thread.ofVirtual().start(() -> put(feed));
            await().atMost(LONG).until(() -> sink.stats().acknowledged() > 1_000 && exactly.stats().consumed() > 100);
            brokers.node(1).kill();
            assertThat(feed.stats().acknowledged()).as("it was in mid-stream").isLessThan(COUNT);
            feeding.join();
            assertThat(feed.drain(LONG).clean()).isTrue();
            await().atMost(LONG).until(() -> source.lag() == 0 && exactly.stats().consumed() >= COUNT);
        }
        Numbered.assertComplete(Numbered.values(brokers.read("in")), COUNT);
        Numbered.assertComplete(Numbered.values(brokers.read("out")), COUNT);
        assertThat(Numbered.values(brokers.read("exact"))).hasSize(brokers.read("in").size());
        Numbered.assertComplete(Numbered.values(brokers.read("exact")), COUNT);
    }

    private static void put(KafkaSink<String> sink) {
        try {
            Numbered.put(sink, 0, COUNT);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
