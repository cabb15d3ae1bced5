package dev.weft.kafka;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;

import dev.weft.net.LifeState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pipelines that have ids of their own, and whose group would miss them after five minutes: no test waits for so long. A process that is killed is in
 * {@link ProcessDeathTest}.
 */
@Timeout(60)
class TakeOverTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    private final Broker broker = Broker.shared();

    @ParameterizedTest
    @ValueSource(strings = {"billing-1", "Rechnungen/1: Käufe"})
    void theOneThatBeginsUnderAnIdHasThePartitionsOfTheOneBefore(String id) throws Exception {
        var topic = "taken-over-" + id.length();
        topics(topic);
        try (var one = pipeline(topic, id).start(); var feed = broker.kafka().topic(topic).text().key(Numbered::key).sink().start()) {
            Numbered.put(feed, 0, 10);
            await().atMost(SOON).until(() -> one.stats().consumed() == 10);
            try (var two = pipeline(topic, id).start()) {
                await().atMost(SOON).until(() -> one.state() == LifeState.ENDED);
                assertThatThrownBy(one::join).hasMessageContaining("another one has begun under its transactional id " + id);
                Numbered.put(feed, 10, 10);
                await().atMost(SOON).until(() -> two.stats().consumed() == 10);
            }
        }
        Numbered.assertExact(Numbered.values(broker.read(topic + "-out")), 20);
    }

    @Test
    void whatOneHasThatIsClosedIsForTheOthersAtOnce() throws Exception {
        topics("left");
        var one = pipeline("left", "left-1").start();
        try (var feed = broker.kafka().topic("left").text().key(Numbered::key).sink().start()) {
            Numbered.put(feed, 0, 10);
            await().atMost(SOON).until(() -> one.stats().consumed() == 10);
            one.close();
            try (var two = pipeline("left", "left-2").start()) {
                Numbered.put(feed, 10, 10);
                await().atMost(SOON).until(() -> two.stats().consumed() == 10);
            }
        }
        Numbered.assertExact(Numbered.values(broker.read("left-out")), 20);
    }

    @Test
    void whereTheBrokersAssignItHasNoNameAndMayComeBack() throws Exception {
        topics("assigned");
        try (var feed = broker.kafka().topic("assigned").text().key(Numbered::key).sink().start()) {
            for (int n = 0; n < 20; n += 10) {
                var from = broker.kafka().topic("assigned").group("assigned").text().commitEvery(Duration.ofMillis(50));
                var to = broker.kafka().topic("assigned-out").text().key(Numbered::key);
                Numbered.put(feed, n, 10);
                try (var pipeline = KafkaPipeline.exactlyOnce("assigned-1", from.property("group.protocol", "consumer"), to, KafkaStage.map(m -> m))
                        .start()) {
                    await().atMost(SOON).until(() -> pipeline.stats().consumed() == 10);
                }
            }
        }
        Numbered.assertExact(Numbered.values(broker.read("assigned-out")), 20);
    }

    private void topics(String topic) throws Exception {
        broker.topic(topic, 3);
        broker.topic(topic + "-out", 3);
    }

    private KafkaPipeline pipeline(String topic, String id) {
        var from = broker.kafka().topic(topic).group(topic).text().commitEvery(Duration.ofMillis(50))
                .property("session.timeout.ms", "300000").property("heartbeat.interval.ms", "300");
        return KafkaPipeline.exactlyOnce(id, from, broker.kafka().topic(topic + "-out").text().key(Numbered::key), KafkaStage.map(m -> m));
    }
}
