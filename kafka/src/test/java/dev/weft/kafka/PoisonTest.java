package dev.weft.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

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
    void muchPoisonDoesNotFillTheLogAndNoneOfItsTextActsThere() throws Exception {
        var hostile = List.of("one\nSEVERE: forged", "one\r\nforged", "\u001b[2J", "c1\u009b31m", "\u2028", "\u202egnirts",
                "zero\u200bwidth", "nul\0");
        var poison = hostile.stream().flatMap(text -> Collections.nCopies(10, text).stream()).toArray(String[]::new);
        fill("flood", poison);
        var lines = new CopyOnWriteArrayList<LogRecord>();
        var logger = Logger.getLogger("dev.weft.kafka");
        var handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                lines.add(record);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        var level = logger.getLevel();
        logger.setLevel(Level.INFO);
        logger.addHandler(handler);
        try (var source = numbers("flood", Poison.skip()).start(); var strict = numbers("flood", "strict", Poison.stop()).start()) {
            await().until(() -> source.stats().skipped() == poison.length);
            assertThatThrownBy(strict::join).message().contains("cannot decode").matches(PoisonTest::isHarmless);
        } finally {
            logger.removeHandler(handler);
            logger.setLevel(level);
        }
        var skipped = lines.stream().filter(r -> r.getMessage().startsWith("skipped")).toList();
        assertThat(skipped).hasSizeBetween(1, 11).allMatch(r -> r.getLevel() == Level.INFO && r.getThrown() == null);
        assertThat(lines).allMatch(r -> isHarmless(r.getMessage()));
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
            assertThat(sink.drain(Duration.ofSeconds(20)).clean()).isTrue();
            assertThat(sink.stats().refused()).isEqualTo(2);
        }
        assertThat(acknowledged).hasSize(4);
        assertThat(Numbered.values(broker.read("unsendable"))).containsExactly("a", "d");
    }

    private static boolean isHarmless(String line) {
        return line.chars().noneMatch(c -> Character.isISOControl(c) || c == '\u2028' || c == '\u202e' || c == '\u200b');
    }

    private static byte[] noSpaces(String text) {
        if (text.contains(" ")) {
            throw new IllegalArgumentException("a space in " + text);
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private KafkaSource<Integer> numbers(String topic, Poison poison) {
        return numbers(topic, topic, poison);
    }

    private KafkaSource<Integer> numbers(String topic, String group, Poison poison) {
        return broker.kafka().topic(topic).group(group)
                .<Integer>codec(b -> Integer.parseInt(new String(b, StandardCharsets.UTF_8)), n -> new byte[0])
                .commitEvery(Duration.ofMillis(20)).poison(poison).source();
    }

    private void fill(String topic, String... values) throws Exception {
        broker.topic(topic, 1);
        try (var sink = broker.kafka().topic(topic).text().key(v -> "key").sink().start()) {
            for (var value : values) {
                sink.toSend().put(value);
            }
            assertThat(sink.drain(Duration.ofSeconds(20)).clean()).isTrue();
        }
    }
}
