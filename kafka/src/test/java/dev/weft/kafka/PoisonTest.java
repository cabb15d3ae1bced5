package dev.weft.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Records that can't be decoded, and messages that can't be sent, under each policy. */
@Timeout(60)
class PoisonTest {
    private final Broker broker = Broker.shared();

    @Test
    void skippedPoisonIsCountedAndCommitted() throws Exception {
        fill("skip", "1", "two", "3");
        try (var source = numbers("skip", Poison.skip()).start()) {
            assertThat(source.received().take()).isEqualTo(1);
            assertThat(source.received().take()).isEqualTo(3);
            await().until(() -> broker.committed("skip", "skip").equals(Map.of(0, 3L)));
            assertThat(source.stats().skipped()).isEqualTo(1);
        }
    }

    @Test
    void poisonEndsASourceThatIsToStopAfterWhatCameBefore() throws Exception {
        fill("stop", "1", "2", "three", "4");
        var source = numbers("stop", Poison.stop()).start();
        var seen = new ArrayList<Integer>();
        source.forEach(seen::add);
        assertThat(seen).containsExactly(1, 2);
        assertThatThrownBy(source::join).isInstanceOf(UncheckedIOException.class).hasMessageContaining("offset 2 of stop-0")
                .hasMessageContaining("three");
        assertThat(source.failure().orElseThrow()).hasMessageContaining("cannot decode");
        assertThat(broker.committed("stop", "stop")).as("the poison comes again, what was acknowledged before it does not").isEqualTo(Map.of(0, 2L));
    }

    @Test
    void deadLettersGoToATopicAsTheyCame() throws Exception {
        broker.topic("letters", 1);
        fill("letter", "1", "two", "3");
        try (var source = numbers("letter", Poison.deadLetters("letters")).start()) {
            assertThat(source.received().take()).isEqualTo(1);
            assertThat(source.received().take()).isEqualTo(3);
            await().until(() -> broker.committed("letter", "letter").equals(Map.of(0, 3L)));
            assertThat(source.stats().deadLetters()).isEqualTo(1);
        }
        var letter = broker.read("letters").getFirst();
        assertThat(letter.value()).isEqualTo("two");
        assertThat(letter.keyText()).contains("key");
        assertThat(letter.header("weft.topic").orElseThrow().text()).isEqualTo("letter");
        assertThat(letter.header("weft.partition").orElseThrow().text()).isEqualTo("0");
        assertThat(letter.header("weft.offset").orElseThrow().text()).isEqualTo("1");
        assertThat(letter.header("weft.failure").orElseThrow().text()).contains("NumberFormatException");
    }

    @Test
    void aHandlerTakesPoison() throws Exception {
        fill("handled", "1", "two", "3");
        var handled = new ArrayList<String>();
        var handler = Poison.handler((record, why) -> handled.add(new String(record.value(), StandardCharsets.UTF_8)));
        try (var source = numbers("handled", handler).start()) {
            assertThat(source.received().take()).isEqualTo(1);
            assertThat(source.received().take()).isEqualTo(3);
        }
        assertThat(handled).containsExactly("two");
    }

    @Test
    void aHandlerThatFailsEndsTheSource() throws Exception {
        fill("unhandled", "one");
        var source = numbers("unhandled", Poison.handler((record, why) -> {
            throw new IOException("disk full");
        })).start();
        assertThatThrownBy(source::join).isInstanceOf(UncheckedIOException.class).hasMessageContaining("disk full");
    }

    @Test
    void aMessageTooLargeEndsASinkThatIsToStop() throws Exception {
        broker.topic("large", 1);
        var sink = broker.kafka().topic("large").text().property("max.request.size", "1000").sink().start();
        sink.toSend().put("small");
        sink.toSend().put("x".repeat(2_000));
        assertThatThrownBy(sink::join).isInstanceOf(UncheckedIOException.class).hasMessageContaining("can't be sent as it is");
        assertThat(sink.unsent()).last().isEqualTo("x".repeat(2_000));
    }

    @Test
    void aSinkMaySkipWhatItCannotSend() throws Exception {
        broker.topic("unsendable", 1);
        var acknowledged = new ArrayList<String>();
        try (var sink = broker.kafka().topic("unsendable").<String>codec(b -> "", PoisonTest::noSpaces).property("max.request.size", "1000")
                .poison(Poison.skip()).sink().start()) {
            for (var message : List.of("a", "b c", "x".repeat(2_000), "d")) {
                sink.toSend().put(message, () -> {
                    synchronized (acknowledged) {
                        acknowledged.add(message);
                    }
                });
            }
            assertThat(sink.drain(Duration.ofSeconds(20))).isTrue();
            assertThat(sink.stats().refused()).isEqualTo(2);
        }
        assertThat(acknowledged).hasSize(4);
        assertThat(Numbered.values(broker.read("unsendable"))).containsExactly("a", "d");
    }

    private static byte[] noSpaces(String text) {
        if (text.contains(" ")) {
            throw new IllegalArgumentException("a space in " + text);
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private KafkaSource<Integer> numbers(String topic, Poison poison) {
        return broker.kafka().topic(topic).group(topic)
                .<Integer>codec(b -> Integer.parseInt(new String(b, StandardCharsets.UTF_8)), n -> new byte[0])
                .commitEvery(Duration.ofMillis(20)).poison(poison).source();
    }

    private void fill(String topic, String... values) throws Exception {
        broker.topic(topic, 1);
        try (var sink = broker.kafka().topic(topic).text().key(v -> "key").sink().start()) {
            for (var value : values) {
                sink.toSend().put(value);
            }
            assertThat(sink.drain(Duration.ofSeconds(20))).isTrue();
        }
    }
}
