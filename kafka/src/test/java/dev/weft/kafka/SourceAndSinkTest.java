package dev.weft.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.weft.net.LifeState;
import dev.weft.queue.AckQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What passes through a topic, and in which order. */
@Timeout(60)
class SourceAndSinkTest {
    private final Broker broker = Broker.shared();

    @Test
    void aPipelineKeepsEveryMessageAndTheOrderOfEachKey() throws Exception {
        int count = 5_000;
        broker.topic("pipe-in", 3);
        broker.topic("pipe-out", 2);
        try (var feed = broker.kafka().topic("pipe-in").text().key(Numbered::key).sink().start();
                var source = broker.kafka().topic("pipe-in").group("pipe").text().source().start();
                var sink = broker.kafka().topic("pipe-out").text().key(Numbered::key).sink().start()) {
            Copying.start(source, sink);
            Numbered.put(feed, 0, count);
            await().until(() -> sink.stats().acknowledged() == count);
            assertThat(source.drain(Duration.ofSeconds(5)).clean()).isTrue();
            assertThat(source.stats().received()).isEqualTo(count);
        }
        Numbered.assertExact(Numbered.values(broker.read("pipe-out")), count);
        assertThat(broker.committed("pipe", "pipe-in").values().stream().mapToLong(Long::longValue).sum()).isEqualTo(count);
    }

    @Test
    void aWholeMessageHasKeyHeadersTimeAndPosition() throws Exception {
        broker.topic("whole", 1);
        var before = Instant.now().minusSeconds(1);
        try (var sink = broker.kafka().topic("whole").text().messages().sink().start();
                var source = broker.kafka().topic("whole").group("whole").text().messages().source().start()) {
            sink.toSend().put(KafkaMessage.of("first"));
            sink.toSend().put(KafkaMessage.of("second").key("k").header("h", "1").header("h", "2").header(KafkaHeader.of("raw", new byte[] {1})));
            sink.toSend().put(KafkaMessage.tombstone("gone"));
            var first = source.received().take();
            var second = source.received().take();
            var third = source.received().take();

            assertThat(first.value()).isEqualTo("first");
            assertThat(first.key()).isEmpty();
            assertThat(first.headers()).isEmpty();
            assertThat(second.keyText()).contains("k");
            assertThat(second.headers()).containsExactly(KafkaHeader.of("h", "1"), KafkaHeader.of("h", "2"), KafkaHeader.of("raw", new byte[] {1}));
            assertThat(second.header("h").orElseThrow().text()).isEqualTo("2");
            var position = second.position().orElseThrow();
            assertThat(position.topic()).isEqualTo("whole");
            assertThat(position.partition()).isZero();
            assertThat(position.offset()).isEqualTo(1);
            assertThat(position.timestamp()).isBetween(before, Instant.now().plusSeconds(1));
            assertThat(third.isTombstone()).isTrue();
            assertThat(third.keyText()).contains("gone");
        }
    }

    @Test
    void aStageMayPassOnKeyAndHeadersWithAnotherValue() throws Exception {
        broker.topic("with", 1);
        try (var sink = broker.kafka().topic("with").text().messages().sink().start()) {
            sink.toSend().put(KafkaMessage.of(1).key("k").header("h", "v").with("one"));
            assertThat(sink.drain(Duration.ofSeconds(10)).clean()).isTrue();
        }
        var message = broker.read("with").getFirst();
        assertThat(message.value()).isEqualTo("one");
        assertThat(message.keyText()).contains("k");
        assertThat(message.headers()).containsExactly(KafkaHeader.of("h", "v"));
    }

    @Test
    void keyAndHeadersOfPlainValuesComeFromFunctions() throws Exception {
        broker.topic("functions", 1);
        try (var sink = broker.kafka().topic("functions").text().key(v -> "key of " + v).header("length", v -> "" + v.length()).sink().start()) {
            sink.toSend().put("abc");
            assertThat(sink.drain(Duration.ofSeconds(10)).clean()).isTrue();
        }
        var message = broker.read("functions").getFirst();
        assertThat(message.keyText()).contains("key of abc");
        assertThat(message.headers()).containsExactly(KafkaHeader.of("length", "3"));
    }

    @Test
    void tombstonesAreSkippedWhereMessagesAreValuesAlone() throws Exception {
        broker.topic("tombstones", 1);
        try (var sink = broker.kafka().topic("tombstones").text().messages().sink().start();
                var source = broker.kafka().topic("tombstones").group("tombstones").text().source().start()) {
            sink.toSend().put(KafkaMessage.tombstone("gone"));
            sink.toSend().put(KafkaMessage.of("here"));
            assertThat(source.received().take()).isEqualTo("here");
            assertThat(source.stats().skipped()).isEqualTo(1);
            await().until(() -> broker.committed("tombstones", "tombstones").equals(Map.of(0, 2L)));
        }
    }

    @Test
    void bytesAreTheDefaultAndACodecIsTwoFunctions() throws Exception {
        broker.topic("codec", 1);
        try (var numbers = broker.kafka().topic("codec").<Integer>codec(b -> Integer.parseInt(new String(b, StandardCharsets.UTF_8)),
                n -> n.toString().getBytes(StandardCharsets.UTF_8)).sink().start();
                var bytes = broker.kafka().topic("codec").group("codec").source().start()) {
            numbers.toSend().put(42);
            assertThat(bytes.received().take()).isEqualTo("42".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void aSinkAcknowledgesWhatTheBrokerHas() throws Exception {
        broker.topic("acknowledged", 1);
        try (var sink = broker.kafka().topic("acknowledged").text().sink().start()) {
            var acknowledged = new CountDownLatch(3);
            for (var message : List.of("a", "b", "c")) {
                sink.toSend().put(message, acknowledged::countDown);
            }
            assertThat(acknowledged.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(Numbered.values(broker.read("acknowledged"))).containsExactly("a", "b", "c");
        }
    }

    @Test
    void aSinkEndsWithItsQueue() throws Exception {
        broker.topic("ends", 1);
        var queue = new AckQueue<String>();
        var sink = broker.kafka().topic("ends").text().sink(queue).start();
        queue.put("last");
        queue.end();
        sink.join();
        assertThat(sink.state()).isEqualTo(LifeState.ENDED);
        assertThat(sink.unsent()).isEmpty();
        assertThat(Numbered.values(broker.read("ends"))).containsExactly("last");
    }

    @Test
    void iteratingAcknowledgesAMessageWhenTheNextIsAskedFor() throws Exception {
        broker.topic("iterated", 1);
        try (var sink = broker.kafka().topic("iterated").text().sink().start();
                var source = broker.kafka().topic("iterated").group("iterated").text().commitEvery(Duration.ofMillis(20)).source().start()) {
            Numbered.put(sink, 0, 3);
            var seen = new ArrayList<String>();
            for (var message : source) {
                seen.add(message);
                if (seen.size() == 3) {
                    break;
                }
            }
            assertThat(seen).hasSize(3);
            await().until(() -> broker.committed("iterated", "iterated").getOrDefault(0, 0L) == 2);
            assertThat(source.stats().unacknowledged()).isEqualTo(1);
        }
    }

    @Test
    void aSourceReadsSeveralTopics() throws Exception {
        broker.topic("several-a", 1);
        broker.topic("several-b", 1);
        try (var a = broker.kafka().topic("several-a").text().sink().start();
                var b = broker.kafka().topic("several-b").text().sink().start();
                var source = broker.kafka().topic("several-a", "several-b").group("several").text().source().start()) {
            a.toSend().put("of a");
            b.toSend().put("of b");
            assertThat(List.of(source.received().take(), source.received().take())).containsExactlyInAnyOrder("of a", "of b");
        }
    }

    @Test
    void aSourceKnowsTheLagOfItsGroup() throws Exception {
        broker.topic("lag", 2);
        try (var sink = broker.kafka().topic("lag").text().key(Numbered::key).sink().start();
                var source = broker.kafka().topic("lag").group("lag-of-a-source").text().commitEvery(Duration.ofMillis(20)).source().start()) {
            Numbered.put(sink, 0, 20);
            await().until(() -> source.lag() == 20);
            for (int i = 0; i < 15; i++) {
                source.received().take();
            }
            await().until(() -> source.lag() == 5);
        }
    }

    @Test
    void theNewerGroupProtocolIsAProperty() throws Exception {
        broker.topic("kip-848", 2);
        try (var sink = broker.kafka().topic("kip-848").text().key(Numbered::key).sink().start();
                var source = broker.kafka().topic("kip-848").group("kip-848").text().commitEvery(Duration.ofMillis(20))
                        .property("group.protocol", "consumer").source().start()) {
            Numbered.put(sink, 0, 20);
            for (int i = 0; i < 20; i++) {
                source.received().take();
            }
            await().until(() -> source.lag() == 0);
            assertThat(source.stats().partitions()).isEqualTo(2);
        }
    }

    @Test
    void onePassageLiesInMemoryAndAnotherOnKafka() throws Exception {
        broker.topic("passage", 1);
        for (Passage<String> passage : List.of(Passage.<String>inMemory(10), broker.kafka().topic("passage").group("passage").text().passage())) {
            try (passage) {
                passage.start();
                var told = new CountDownLatch(1);
                passage.in().put("through", told::countDown);
                var delivered = passage.out().next().orElseThrow();
                assertThat(delivered.message()).isEqualTo("through");
                delivered.acknowledge();
                assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
            }
        }
    }
}
