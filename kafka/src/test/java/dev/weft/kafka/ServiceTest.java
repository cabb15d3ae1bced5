package dev.weft.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.weft.queue.AckQueue;
import dev.weft.queue.Services;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The same services between queues in memory and between topics. */
@Timeout(60)
class ServiceTest {
    private static final int COUNT = 500;

    private final Broker broker = Broker.shared();

    @Test
    void aPipelineOfServicesIsTheSameInMemory() throws Exception {
        assertThat(through(Passage.inMemory(10), Passage.inMemory(10))).hasSize(COUNT).allMatch(m -> m.startsWith("K"));
    }

    @Test
    void aPipelineOfServicesIsTheSameOnKafka() throws Exception {
        broker.topic("words", 2);
        broker.topic("shouts", 2);
        var words = broker.kafka().topic("words").group("upper").text().key(Numbered::key).passage();
        var shouts = broker.kafka().topic("shouts").group("reader").text().key(Numbered::key).passage();
        assertThat(through(words, shouts)).hasSize(COUNT).allMatch(m -> m.startsWith("K"));
    }

    @Test
    void aServiceAcknowledgesWhatItTookWhenTheBrokersHaveWhatItMade() throws Exception {
        broker.topic("taken", 1);
        broker.topic("made", 1);
        try (var feed = broker.kafka().topic("taken").text().sink().start();
                var source = broker.kafka().topic("taken").group("taken").text().source().start();
                var sink = broker.kafka().topic("made").text().sink().start();
                var upper = Services.map("upper", source.received(), sink.toSend(), (String word) -> word.toUpperCase(Locale.ROOT)).start()) {
            feed.toSend().put("word");
            await().until(() -> source.stats().acknowledged() == 1);
            assertThat(Numbered.values(broker.read("made"))).containsExactly("WORD");
            assertThat(source.drain(Duration.ofSeconds(20)).clean()).isTrue();
            upper.join();
        }
        assertThat(broker.committed("taken", "taken")).isEqualTo(Map.of(0, 1L));
    }

    private static List<String> through(Passage<String> words, Passage<String> shouts) throws Exception {
        try (words;
                shouts;
                var upper = Services.map("upper", words.out(), shouts.in(), (String word) -> word.toUpperCase(Locale.ROOT))) {
            words.start();
            shouts.start();
            upper.start();
            var putting = Thread.ofVirtual().start(() -> put(words.in()));
            var all = new ArrayList<String>();
            while (all.size() < COUNT) {
                all.add(shouts.out().next(20, TimeUnit.SECONDS).map(d -> {
                    d.acknowledge();
                    return d.message();
                }).orElseThrow());
            }
            putting.join();
            return all;
        }
    }

    private static void put(AckQueue<String> queue) {
        try {
            for (int i = 0; i < COUNT; i++) {
                queue.put(Numbered.message(i));
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
