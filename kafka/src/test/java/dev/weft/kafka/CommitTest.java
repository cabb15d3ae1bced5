package dev.weft.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.weft.net.LifeState;
import dev.weft.queue.Delivered;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which offsets a source commits, and what comes again. */
@Timeout(60)
class CommitTest {
    private static final Duration SOON = Duration.ofMillis(20);

    private final Broker broker = Broker.shared();

    @Test
    void onlyWhatLiesBelowTheFirstUnacknowledgedMessageIsCommitted() throws Exception {
        broker.topic("contiguous", 1);
        fill("contiguous", 10);
        try (var source = source("contiguous", "c").start()) {
            var ten = take(source, 10);
            ten.get(0).acknowledge();
            ten.get(1).acknowledge();
            ten.get(3).acknowledge();
            ten.get(9).acknowledge();
            await().until(() -> broker.committed("c", "contiguous").equals(Map.of(0, 2L)));
            ten.get(2).acknowledge();
            await().until(() -> broker.committed("c", "contiguous").equals(Map.of(0, 4L)));
        }
        try (var again = source("contiguous", "c").start()) {
            assertThat(take(again, 6).stream().map(Delivered::message)).containsExactly("k4:4", "k5:5", "k6:6", "k0:7", "k1:8", "k2:9");
        }
    }

    @Test
    void aShutdownCommitsWhatIsAcknowledgedAndEmptiesTheQueue() throws Exception {
        broker.topic("at-end", 1);
        fill("at-end", 10);
        var source = broker.kafka().topic("at-end").group("e").text().commitEvery(Duration.ofMinutes(1)).source().start();
        var three = take(source, 3);
        three.forEach(Delivered::acknowledge);
        source.close();
        assertThat(broker.committed("e", "at-end")).isEqualTo(Map.of(0, 3L));
        assertThat(source.received()).isEmpty();
        assertThat(source.received().next()).isEmpty();
    }

    @Test
    void aDrainWaitsForAcknowledgementsAndHandsOutNoMore() throws Exception {
        broker.topic("drained", 1);
        fill("drained", 5);
        var source = source("drained", "d").start();
        var first = take(source, 1).getFirst();
        await().until(() -> source.received().size() == 4);
        var worker = Thread.ofVirtual().start(() -> {
            first.acknowledge();
            source.forEach(message -> {});
        });
        assertThat(source.drain(Duration.ofSeconds(10)).clean()).isTrue();
        worker.join();
        assertThat(broker.committed("d", "drained")).isEqualTo(Map.of(0, 5L));
    }

    @Test
    void aDrainThatNobodyHelpsEndsInTime() throws Exception {
        broker.topic("undrained", 1);
        fill("undrained", 5);
        var source = source("undrained", "u").start();
        take(source, 1);
        assertThat(source.drain(Duration.ofMillis(200)).clean()).isFalse();
        assertThat(source.state()).isEqualTo(LifeState.ENDED);
    }

    @Test
    void twoSourcesOfAGroupShareThePartitionsAndNothingIsLostWhenOneGoes() throws Exception {
        int count = 2_000;
        broker.topic("shared", 4);
        var seen = Collections.synchronizedList(new ArrayList<String>());
        try (var one = source("shared", "s").start(); var sink = broker.kafka().topic("shared").text().key(Numbered::key).sink().start()) {
            var feeding = Thread.ofVirtual().start(() -> put(sink, count));
            Thread.ofVirtual().start(() -> one.forEach(seen::add));
            await().until(() -> !seen.isEmpty());
            try (var two = source("shared", "s").start()) {
                Thread.ofVirtual().start(() -> two.forEach(seen::add));
                await().until(() -> one.stats().partitions() == 2 && two.stats().partitions() == 2);
            }
            feeding.join();
            await().until(() -> one.stats().partitions() == 4 && sum(broker.committed("s", "shared")) >= count - 1);
        }
        Numbered.assertComplete(List.copyOf(seen), count);
    }

    @Test
    void anAcknowledgementOfAPartitionThatWentChangesNothing() throws Exception {
        broker.topic("revoked", 2);
        fill("revoked", 40);
        try (var one = source("revoked", "r").start()) {
            var all = take(one, 40);
            try (var two = source("revoked", "r").start()) {
                await().until(() -> one.stats().partitions() == 1 && two.stats().partitions() == 1);
                var again = new ArrayList<String>();
                for (var next = two.received().next();; next = two.received().next()) {
                    again.add(next.orElseThrow().message());
                    if (again.size() + one.stats().unacknowledged() == 40) {
                        break;
                    }
                }
                all.forEach(Delivered::acknowledge);
                await().until(() -> broker.committed("r", "revoked").size() == 1);
                assertThat(one.stats().acknowledged()).isEqualTo(40 - again.size());
                assertThat(all.stream().map(Delivered::message)).containsAll(again);
            }
            assertThat(broker.committed("r", "revoked")).as("of the partition that the second had, nothing was acknowledged in time").hasSize(1);
        }
    }

    @Test
    void aMessageThatIsNeverAcknowledgedStopsTheFetchingAtItsLimit() throws Exception {
        broker.topic("limited", 1);
        fill("limited", 50);
        try (var source = broker.kafka().topic("limited").group("l").text().unacknowledged(7).source().start()) {
            var seven = take(source, 7);
            assertThat(source.received().next(300, TimeUnit.MILLISECONDS)).isEmpty();
            seven.get(6).acknowledge();
            assertThat(source.received().next().orElseThrow().message()).isEqualTo(Numbered.message(7));
        }
    }

    private KafkaSource<String> source(String topic, String group) {
        return broker.kafka().topic(topic).group(group).text().commitEvery(SOON)
                .property("heartbeat.interval.ms", "300").source();
    }

    private void fill(String topic, int count) throws Exception {
        try (var sink = broker.kafka().topic(topic).text().key(Numbered::key).sink().start()) {
            Numbered.put(sink, 0, count);
            assertThat(sink.drain(Duration.ofSeconds(20)).clean()).isTrue();
        }
    }

    private static void put(KafkaSink<String> sink, int count) {
        try {
            Numbered.put(sink, 0, count);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static List<Delivered<String>> take(KafkaSource<String> source, int count) throws InterruptedException {
        var all = new ArrayList<Delivered<String>>();
        while (all.size() < count) {
            all.add(source.received().next(20, TimeUnit.SECONDS).orElseThrow());
        }
        return all;
    }

    private static long sum(Map<Integer, Long> offsets) {
        return offsets.values().stream().mapToLong(Long::longValue).sum();
    }
}
