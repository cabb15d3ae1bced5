package dev.weft.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.weft.net.Backoff;
import dev.weft.net.LifeState;
import dev.weft.testkit.ManualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pipelines of transactions; what they wrote is read as who reads committed records sees it. */
@Timeout(60)
class ExactlyOnceTest {
    private final Broker broker = Broker.shared();
    private final Kafka kafka = broker.kafka();

    @Test
    void anAbortInTheMiddleIsNotSeen() throws Exception {
        int count = 1_000;
        fill("abort", 3, count);
        broker.topic("abort-out", 3);
        var failures = new AtomicInteger();
        var from = kafka.topic("abort").group("abort").text();
        var to = kafka.topic("abort-out").text().key(Numbered::key).retry(Backoff.fixed(Duration.ofMillis(10)));
        try (var pipeline = KafkaPipeline.exactlyOnce(from, to, (message, out) -> {
            out.accept(message);
            if (message.endsWith("77") && failures.incrementAndGet() <= 5) {
                throw new IOException("the stage failed at " + message);
            }
        }).start()) {
            await().until(() -> pipeline.stats().consumed() == count);
            assertThat(pipeline.stats().aborted()).isEqualTo(5);
            assertThat(pipeline.stats().produced()).isEqualTo(count);
            assertThat(pipeline.failure().orElseThrow()).hasMessageContaining("its stage failed");
        }
        Numbered.assertExact(Numbered.values(broker.read("abort-out")), count);
    }

    @Test
    void whenItsStageFailsAPipelineBeginsAgainAfterThePause() throws Exception {
        fill("pause", 1, 4);
        broker.topic("pause-out", 1);
        var time = new ManualTime();
        var failures = new AtomicInteger();
        var to = kafka.topic("pause-out").text().retry(Backoff.fixed(Duration.ofHours(1)));
        try (var pipeline = KafkaPipeline.exactlyOnce(kafka.topic("pause").group("pause").text().time(time), to, (message, out) -> {
            if (failures.incrementAndGet() == 1) {
                throw new IOException("no more paper");
            }
            out.accept(message);
        }).start()) {
            time.awaitScheduled(Duration.ofHours(1));
            await().until(() -> !pipeline.connected());
            time.advance(Duration.ofHours(1));
            await().until(() -> pipeline.stats().consumed() == 4);
            await().until(pipeline::connected);
        }
        assertThat(failures).hasValue(5);
    }

    @Test
    void aStageMakesNoneOrSeveral() throws Exception {
        fill("flat", 1, 4);
        broker.topic("flat-out", 1);
        try (var pipeline = KafkaPipeline.exactlyOnce(kafka.topic("flat").group("flat").text(), kafka.topic("flat-out").text(), (message, out) -> {
            int number = Integer.parseInt(message.substring(message.indexOf(':') + 1));
            for (int i = 0; i < number; i++) {
                out.accept(number + "." + i);
            }
        }).start()) {
            await().until(() -> pipeline.stats().consumed() == 4);
            assertThat(pipeline.drain(Duration.ofSeconds(5)).clean()).isTrue();
        }
        assertThat(Numbered.values(broker.read("flat-out"))).containsExactly("1.0", "2.0", "2.1", "3.0", "3.1", "3.2");
    }

    @Test
    void severalOfAGroupComeAndGoWithoutADuplicate() throws Exception {
        broker.topic("group", 2);
        broker.topic("group-out", 2);
        var enough = new CountDownLatch(1);
        var fed = new AtomicInteger();
        try (var feed = kafka.topic("group").text().key(Numbered::key).unacknowledged(100).sink().start(); var one = sharing("group").start()) {
            var feeding = Thread.ofVirtual().start(() -> feed(feed, fed, enough));
            await().until(() -> one.stats().consumed() > 10);
            try (var two = sharing("group").start()) {
                await().until(() -> two.stats().consumed() > 10);
            }
            enough.countDown();
            feeding.join();
            assertThat(feed.drain(Duration.ofSeconds(10)).clean()).isTrue();
            await().until(() -> broker.read("group-out").size() >= fed.get());
        }
        Numbered.assertExact(Numbered.values(broker.read("group-out")), fed.get());
    }

    private KafkaPipeline sharing(String topic) {
        var from = kafka.topic(topic).group(topic).text().commitEvery(Duration.ofMillis(20)).property("heartbeat.interval.ms", "300");
        return KafkaPipeline.exactlyOnce(from, kafka.topic(topic + "-out").text().key(Numbered::key), KafkaStage.map(m -> m));
    }

    /** A message for about every millisecond, until it is enough. */
    private static void feed(KafkaSink<String> sink, AtomicInteger fed, CountDownLatch enough) {
        try {
            while (!enough.await(1, TimeUnit.MILLISECONDS)) {
                Numbered.put(sink, fed.getAndIncrement(), 1);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theOneThatBeginsUnderAnIdTakesItOver() throws Exception {
        fill("fenced", 1, 10);
        broker.topic("fenced-out", 1);
        var from = kafka.topic("fenced").group("fenced").text().property("heartbeat.interval.ms", "300");
        var to = kafka.topic("fenced-out").text().key(Numbered::key);
        try (var one = KafkaPipeline.exactlyOnce("the-id", from, to, KafkaStage.map(m -> m)).start()) {
            await().until(() -> one.stats().consumed() == 10);
            try (var two = KafkaPipeline.exactlyOnce("the-id", kafka.topic("other").group("other").text(), to, KafkaStage.map(m -> m)).start();
                    var feed = kafka.topic("fenced").text().sink().start()) {
                await().until(() -> two.connected());
                await().until(() -> {
                    feed.toSend().put(Numbered.message(10));
                    return one.state() == LifeState.ENDED;
                });
                assertThatThrownBy(one::join).hasMessageContaining("another one has begun under its transactional id the-id");
            }
        }
    }

    @Test
    void poisonFollowsThePolicyWithinTheTransaction() throws Exception {
        broker.topic("mixed", 1);
        broker.topic("mixed-out", 1);
        broker.topic("mixed-dead", 1);
        try (var sink = kafka.topic("mixed").text().sink().start()) {
            for (var value : new String[] {"1", "two", "3"}) {
                sink.toSend().put(value);
            }
            assertThat(sink.drain(Duration.ofSeconds(10)).clean()).isTrue();
        }
        var to = kafka.topic("mixed-out").text();
        try (var stopping = KafkaPipeline.exactlyOnce(numbers("mixed", "stop", Poison.stop()), to, KafkaStage.map(n -> "stop " + n)).start()) {
            assertThatThrownBy(stopping::join).hasMessageContaining("offset 1 of mixed-0");
        }
        var dead = numbers("mixed", "dead", Poison.deadLetters("mixed-dead"));
        try (var skipping = KafkaPipeline.exactlyOnce(numbers("mixed", "skip", Poison.skip()), to, KafkaStage.map(n -> "skip " + n)).start();
                var letters = KafkaPipeline.exactlyOnce(dead, to, KafkaStage.map(n -> "dead " + n))
                        .start()) {
            await().until(() -> skipping.stats().consumed() == 3 && letters.stats().consumed() == 3);
            assertThat(skipping.stats().poison()).isEqualTo(1);
        }
        assertThat(Numbered.values(broker.read("mixed-out"))).containsExactlyInAnyOrder("stop 1", "skip 1", "skip 3", "dead 1", "dead 3");
        assertThat(Numbered.values(broker.read("mixed-dead"))).containsExactly("two");
    }

    @Test
    void aPipelineThatIsNotToTryAgainEndsWithItsStagesFailure() throws Exception {
        fill("once-only", 1, 1);
        var pipeline = KafkaPipeline.exactlyOnce(kafka.topic("once-only").group("o").text(), kafka.topic("once-out").text().retry(Backoff.never()),
                (message, out) -> {
                    throw new IOException("no more paper");
                }).start();
        assertThatThrownBy(pipeline::join).hasMessageContaining("no more paper");
    }

    private KafkaTopic<Integer> numbers(String topic, String group, Poison poison) {
        return kafka.topic(topic).group(group).<Integer>codec(b -> Integer.parseInt(new String(b, StandardCharsets.UTF_8)), n -> new byte[0])
                .poison(poison);
    }

    private void fill(String topic, int partitions, int count) throws Exception {
        broker.topic(topic, partitions);
        try (var sink = kafka.topic(topic).text().key(Numbered::key).sink().start()) {
            Numbered.put(sink, 0, count);
            assertThat(sink.drain(Duration.ofSeconds(20)).clean()).isTrue();
        }
    }
}
