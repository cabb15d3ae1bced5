package dev.weft.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Backoff;
import dev.weft.net.LifeState;
import dev.weft.testkit.ManualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Beginnings and ends, in order and not; and what is refused before. */
@Timeout(60)
class LifeTest {
    private static final Duration PROMPTLY = Duration.ofSeconds(8);

    private final Broker broker = Broker.shared();

    @Test
    void anAddressWhereNobodyListensIsAClearErrorInTime() throws Exception {
        var nowhere = Kafka.at("127.0.0.1:" + freePort()).topic("t").group("g").connectWithin(Duration.ofMillis(300));
        assertThatThrownBy(() -> nowhere.source().start()).isInstanceOf(IOException.class)
                .hasMessageContaining("cannot reach Kafka at 127.0.0.1:").hasMessageContaining("no broker answered within 300 ms");
        assertThatThrownBy(() -> nowhere.sink().start()).isInstanceOf(IOException.class).hasMessageContaining("cannot reach Kafka");
        assertThatThrownBy(() -> KafkaPipeline.exactlyOnce(nowhere, nowhere, KafkaStage.map(m -> m)).start()).isInstanceOf(IOException.class)
                .hasMessageContaining("cannot reach Kafka");
    }

    @Test
    void aSourceThatCouldNotStartHasEndedAndSaysWhy() throws Exception {
        var source = Kafka.at("127.0.0.1:" + freePort()).topic("t").group("g").connectWithin(Duration.ofMillis(200)).source();
        assertThat(catchThrowable(source::start)).isInstanceOf(IOException.class);
        assertThat(source.state()).isEqualTo(LifeState.ENDED);
        assertThat(source.failure().orElseThrow()).hasMessageContaining("cannot reach Kafka");
        assertThat(source.received().next()).isEmpty();
    }

    @Test
    void aHostThatNobodyKnowsIsAClearError() {
        var nowhere = Kafka.at("nobody.invalid:9092").topic("t").group("g").connectWithin(Duration.ofSeconds(2)).source();
        assertThatThrownBy(nowhere::start).isInstanceOf(IOException.class).hasMessageContaining("nobody.invalid:9092");
    }

    @Test
    void mistakesAreToldWhereTheyAreMade() {
        var kafka = broker.kafka();
        assertThatThrownBy(() -> Kafka.at()).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("no broker");
        assertThatThrownBy(() -> Kafka.at("localhost")).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("'localhost'");
        assertThatThrownBy(() -> Kafka.at("localhost:port")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> kafka.topic("a b")).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("'a b'");
        assertThatThrownBy(() -> kafka.topic()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> kafka.topic("t").source()).isInstanceOf(IllegalStateException.class).hasMessageContaining(".group(");
        assertThatThrownBy(() -> kafka.topic("t", "u").sink()).isInstanceOf(IllegalStateException.class).hasMessageContaining("[t, u]");
        assertThatThrownBy(() -> kafka.topic("t").property("acks", "0")).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("acks");
        assertThatThrownBy(() -> kafka.property("enable.auto.commit", "true")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("commitEvery");
        assertThatThrownBy(() -> kafka.topic("t").poison(Poison.deadLetters("d")).sink()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> kafka.topic("t").capacity(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> kafka.topic("t").commitEvery(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> KafkaPipeline.exactlyOnce(kafka.topic("t").group("g"), Kafka.at("localhost:1").topic("u"), KafkaStage.map(m -> m)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("one cluster");
    }

    @Test
    void aPropertyThatKafkaRefusesIsToldByTheEnd() throws Exception {
        var source = broker.kafka().topic("properties").group("g").property("auto.offset.reset", "yesterday").source().start();
        assertThatThrownBy(source::join).hasMessageContaining("auto.offset.reset");
        var sink = broker.kafka().topic("properties").property("compression.type", "none of yours").retry(Backoff.never()).sink().start();
        assertThatThrownBy(sink::join).hasMessageContaining("compression.type");
    }

    @Test
    void eachBeginsOnce() throws Exception {
        try (var sink = broker.kafka().topic("once").sink().start()) {
            assertThatThrownBy(sink::start).isInstanceOf(IllegalStateException.class).hasMessageContaining("is RUNNING, not NEW");
        }
        var unused = broker.kafka().topic("once").sink();
        assertThat(unused.join(Duration.ofNanos(1))).as("it has not ended").isFalse();
        unused.close();
        assertThat(unused.state()).isEqualTo(LifeState.ENDED);
        assertThatThrownBy(unused::start).isInstanceOf(IllegalStateException.class).hasMessageContaining("is ENDED, not NEW");
    }

    @Test
    void aBrokerThatDoesNotAnswerIsGivenUpWhenTheTimeIsUp() throws Exception {
        var time = new ManualTime();
        try (var silent = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
            var source = Kafka.at("127.0.0.1:" + silent.getLocalPort()).topic("t").group("g").connectWithin(Duration.ofHours(1)).time(time).source();
            var failure = new CompletableFuture<Throwable>();
            Thread.ofVirtual().start(() -> failure.complete(catchThrowable(source::start)));
            time.awaitScheduled(Duration.ofHours(1));
            assertThat(source.state()).isEqualTo(LifeState.RUNNING);
            assertThat(source.connected()).isFalse();
            time.advance(Duration.ofHours(1));
            assertThat(failure.get(10, TimeUnit.SECONDS)).isInstanceOf(IOException.class)
                    .hasMessageContaining("no broker answered within 3600000 ms");
            assertThat(source.state()).isEqualTo(LifeState.ENDED);
            assertThatThrownBy(source::join).isInstanceOf(UncheckedIOException.class).hasMessageContaining("no broker answered");
        }
    }

    @Test
    void theFirstDrainWinsAndLaterOnesHaveItsReport() throws Exception {
        var sink = broker.kafka().topic("first-drain").text().sink().start();
        Numbered.put(sink, 0, 10);
        var first = sink.drain(Duration.ZERO);
        assertThat(first.clean()).isTrue();
        assertThat(first.finished()).isLessThanOrEqualTo(10);
        assertThat(sink.stats().acknowledged()).isEqualTo(10);
        assertThat(sink.drain(Duration.ofSeconds(1))).isSameAs(first);
        assertThat(sink.join(Duration.ofSeconds(1))).isTrue();
        assertThatThrownBy(() -> sink.drain(Duration.ofSeconds(-1))).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("negative");
    }

    @Test
    void aDrainOfASinkEndsItsQueueAtOnce() throws Exception {
        var sink = broker.kafka().topic("ends-at-once").text().deliverWithin(Duration.ofMinutes(1)).sink().start();
        var held = new CountDownLatch(1);
        sink.toSend().put("one", () -> awaitUninterruptibly(held));
        await().until(() -> sink.stats().acknowledged() == 1);
        sink.toSend().put("two");
        var draining = CompletableFuture.supplyAsync(() -> sink.drain(Duration.ZERO));
        await().until(() -> sink.toSend().hasEnded());
        assertThat(draining).isNotDone();
        held.countDown();
        assertThat(draining.get(20, TimeUnit.SECONDS).clean()).isTrue();
        assertThat(sink.stats().acknowledged()).isEqualTo(2);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void runWorksUntilItsQueueHasEnded() throws Exception {
        var sink = broker.kafka().topic("run").text().sink();
        Numbered.put(sink, 0, 10);
        sink.toSend().end();
        sink.run();
        assertThat(sink.state()).isEqualTo(LifeState.ENDED);
        assertThat(sink.stats().acknowledged()).isEqualTo(10);
    }

    @Test
    void aCloseEndsTheLookingForABroker() throws Exception {
        try (var silent = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
            var source = Kafka.at("127.0.0.1:" + silent.getLocalPort()).topic("t").group("g").connectWithin(Duration.ofMinutes(1)).source();
            var starting = Thread.ofVirtual().start(() -> start(source));
            await().until(() -> source.state() == LifeState.RUNNING);
            assertPrompt(source);
            starting.join();
        }
    }

    @Test
    void aCloseEndsAnIdleSource() throws Exception {
        broker.topic("idle", 1);
        var source = broker.kafka().topic("idle").group("idle").source().start();
        await().until(() -> source.stats().partitions() == 1);
        var taken = new CountDownLatch(1);
        Thread.ofVirtual().start(() -> {
            source.forEach(m -> {});
            taken.countDown();
        });
        assertPrompt(source);
        assertThat(taken.await(5, TimeUnit.SECONDS)).as("who waits for a message is told").isTrue();
    }

    @Test
    void aCloseEndsASourceThatWaitsForRoom() throws Exception {
        broker.topic("full", 1);
        fill("full");
        var full = broker.kafka().topic("full").group("full").capacity(1).source().start();
        await().until(() -> full.received().remainingCapacity() == 0);
        assertPrompt(full);
    }

    @Test
    void aCloseEndsASourceThatWaitsForAcknowledgements() throws Exception {
        broker.topic("unacknowledged", 1);
        fill("unacknowledged");
        var source = broker.kafka().topic("unacknowledged").group("u").unacknowledged(1).source().start();
        assertThat(source.received().next()).isPresent();
        assertPrompt(source);
    }

    @Test
    void aCloseEndsAnIdleSink() throws Exception {
        var sink = broker.kafka().topic("idle-sink").sink().start();
        await().until(() -> sink.connected());
        assertPrompt(sink);
        assertThatThrownBy(() -> sink.toSend().put(new byte[0])).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aCloseEndsAnIdlePipeline() throws Exception {
        broker.topic("idle-pipeline", 1);
        var kafka = broker.kafka();
        var pipeline = KafkaPipeline.exactlyOnce(kafka.topic("idle-pipeline").group("ip"), kafka.topic("idle-out"), KafkaStage.map(m -> m)).start();
        await().until(() -> pipeline.connected());
        assertPrompt(pipeline);
    }

    @Test
    void aCloseInterruptsAStageThatBlocks() throws Exception {
        broker.topic("blocked", 1);
        fill("blocked");
        var inside = new CountDownLatch(1);
        var never = new CountDownLatch(1);
        var kafka = broker.kafka();
        var pipeline = KafkaPipeline.exactlyOnce(kafka.topic("blocked").group("b"), kafka.topic("blocked-out"), (m, out) -> {
            inside.countDown();
            never.await();
        }).start();
        inside.await();
        assertPrompt(pipeline);
    }

    private static void start(KafkaEnd<?> end) {
        try {
            end.start();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static void assertPrompt(KafkaEnd<?> end) {
        long before = System.nanoTime();
        end.close();
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(PROMPTLY);
        // Kafka's client may outlast a close that waits no longer for it.
        await().atMost(Duration.ofSeconds(30)).until(() -> end.state() == LifeState.ENDED);
    }

    private void fill(String topic) throws Exception {
        try (var sink = broker.kafka().topic(topic).text().sink().start()) {
            Numbered.put(sink, 0, 10);
            assertThat(sink.drain(Duration.ofSeconds(20)).clean()).isTrue();
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }
}
