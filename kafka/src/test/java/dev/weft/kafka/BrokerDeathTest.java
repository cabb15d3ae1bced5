package dev.weft.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import dev.weft.net.Backoff;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A broker that is killed (SIGKILL) in mid-stream, and may come back. */
@Timeout(90)
class BrokerDeathTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private static Broker broker;

    @BeforeAll
    static void start() {
        broker = Broker.start(1);
    }

    @AfterAll
    static void end() {
        broker.close();
    }

    @BeforeEach
    void restart() throws IOException {
        if (!broker.node(1).isAlive()) {
            broker.node(1).start();
            broker.awaitReady();
        }
    }

    @Test
    void aPipelineLosesNothingWhenTheBrokerDiesAndComesBack() throws Exception {
        int half = 10_000;
        broker.topic("in", 3);
        broker.topic("out", 3);
        try (var feed = broker.kafka().topic("in").text().key(Numbered::key).sink().start();
                var source = broker.kafka().topic("in").group("g").text().commitEvery(Duration.ofMillis(50)).source().start();
                var sink = broker.kafka().topic("out").text().key(Numbered::key).sink().start()) {
            Copying.start(source, sink);
            Numbered.put(feed, 0, half);
            var feeding = Thread.ofVirtual().start(() -> put(feed, half, half));
            await().atMost(LONG).until(() -> sink.stats().acknowledged() > half / 10);
            broker.node(1).kill();
            assertThat(sink.stats().acknowledged()).as("it was in mid-stream").isLessThan(2L * half);
            broker.node(1).start();
            await().atMost(LONG).until(() -> feed.stats().acknowledged() == 2L * half);
            feeding.join();
            assertThat(feed.stats().producers()).as("the producer's own retries were enough").isEqualTo(1);
            broker.awaitReady();
            await().atMost(LONG).until(() -> source.lag() == 0);
        }
        Numbered.assertExact(Numbered.values(broker.read("in")), 2 * half);
        Numbered.assertComplete(Numbered.values(broker.read("out")), 2 * half);
    }

    @Test
    void whenTheProducerGaveUpASinkBeginsAgainOrEndsAsItWasTold() throws Exception {
        broker.topic("again", 2);
        broker.topic("never", 1);
        var impatient = broker.kafka().topic("never").text().deliverWithin(Duration.ofMillis(400)).retry(Backoff.never()).sink().start();
        try (var sink = broker.kafka().topic("again").text().key(Numbered::key).deliverWithin(Duration.ofMillis(400))
                .retry(Backoff.fixed(Duration.ofMillis(50))).sink().start()) {
            impatient.toSend().put("written");
            Numbered.put(sink, 0, 100);
            await().until(() -> sink.stats().acknowledged() == 100 && impatient.stats().acknowledged() == 1);
            broker.node(1).kill();
            var all = new CountDownLatch(100);
            for (int i = 100; i < 200; i++) {
                sink.toSend().put(Numbered.message(i), all::countDown);
            }
            impatient.toSend().put("not written");
            impatient.toSend().put("nor this");

            assertThatThrownBy(impatient::join).hasMessageContaining("cannot write to never");
            assertThat(impatient.unsent()).isNotEmpty().startsWith("not written");
            assertThat(impatient.unsent().size() + impatient.toSend().size()).isEqualTo(2);
            await().until(() -> sink.stats().producers() > 2);
            assertThat(sink.connected()).isFalse();
            assertThat(sink.failure().orElseThrow()).hasMessageContaining("cannot write to again at 127.0.0.1:");
            assertThat(all.getCount()).isEqualTo(100);

            broker.node(1).start();
            await().atMost(LONG).until(() -> all.getCount() == 0);
            await().until(() -> sink.connected());
        }
        broker.awaitReady();
        Numbered.assertComplete(Numbered.values(broker.read("again")), 200);
    }

    @Test
    void closesArePromptWithoutABroker() throws Exception {
        broker.topic("dead", 1);
        var kafka = broker.kafka();
        var feed = kafka.topic("dead").text().sink().start();
        Numbered.put(feed, 0, 100);
        await().until(() -> feed.stats().acknowledged() == 100);
        var source = kafka.topic("dead").group("d").text().commitEvery(Duration.ofMinutes(1)).source().start();
        assertThat(source.received().take()).isEqualTo(Numbered.message(0));
        var pipeline = KafkaPipeline.exactlyOnce(kafka.topic("dead").group("p").text(), kafka.topic("dead-out").text(), KafkaStage.map(m -> m))
                .start();
        await().until(() -> pipeline.stats().consumed() == 100);
        var stuck = kafka.topic("dead").text().property("buffer.memory", "20000").property("batch.size", "1000").sink().start();
        stuck.toSend().put("x");
        await().until(() -> stuck.stats().acknowledged() == 1);
        var retrying = kafka.topic("dead").text().deliverWithin(Duration.ofMillis(200)).retry(Backoff.fixed(Duration.ofMinutes(1))).sink().start();

        broker.node(1).kill();
        retrying.toSend().put("x");
        await().until(() -> !retrying.connected());
        for (int i = 0; i < 500; i++) {
            stuck.toSend().put("x".repeat(500));
        }
        await().during(Duration.ofMillis(300)).until(() -> stuck.stats().sent() < 100 && stuck.toSend().size() > 400);

        LifeTest.assertPrompt(stuck);
        LifeTest.assertPrompt(retrying);
        LifeTest.assertPrompt(source);
        LifeTest.assertPrompt(pipeline);
        feed.toSend().put("last");
        LifeTest.assertPrompt(feed);
    }

    private static void put(KafkaSink<String> sink, int from, int count) {
        try {
            Numbered.put(sink, from, count);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
