package dev.weft.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Messages that count up by key, "k3:17", so that what is missing, doubled or out of order shows. */
final class Numbered {
    static final int KEYS = 7;

    private Numbered() {}

    static String message(int number) {
        return "k" + number % KEYS + ":" + number;
    }

    static String key(String message) {
        return message.substring(0, message.indexOf(':'));
    }

    /** Puts so many, from {@code from} on. */
    static void put(KafkaSink<String> sink, int from, int count) throws InterruptedException {
        for (int i = from; i < from + count; i++) {
            sink.toSend().put(message(i));
        }
    }

    /** Each of {@code count} is there, and the first copies of a key's messages are in order. */
    static void assertComplete(List<String> messages, int count) {
        assertThat(firsts(messages)).isEqualTo(expected(count));
    }

    /** As {@link #assertComplete}, and none is there twice. */
    static void assertExact(List<String> messages, int count) {
        assertThat(messages).doesNotHaveDuplicates();
        assertComplete(messages, count);
    }

    static List<String> values(List<KafkaMessage<String>> messages) {
        return messages.stream().map(KafkaMessage::value).toList();
    }

    private static Map<String, List<String>> expected(int count) {
        return firsts(IntStream.range(0, count).mapToObj(Numbered::message).toList());
    }

    private static Map<String, List<String>> firsts(List<String> messages) {
        var byKey = new TreeMap<String, List<String>>();
        for (var message : new LinkedHashSet<>(messages)) {
            byKey.computeIfAbsent(key(message), k -> new ArrayList<>()).add(message);
        }
        return byKey;
    }
}
