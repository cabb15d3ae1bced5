package dev.weft.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.weft.queue.Delivered;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A consumer that is slower than its group allows between two polls stays a member, as polling goes on without it. */
@Timeout(60)
class SlowConsumerTest {
    private static final Duration POLL_INTERVAL = Duration.ofSeconds(1);
    private static final int COUNT = 50;

    private final Broker broker = Broker.shared();

    @Test
    void aTinyQueueThatNobodyTakesFromKeepsItsPartitions() throws Exception {
        broker.topic("slow", 3);
        try (var sink = broker.kafka().topic("slow").text().key(Numbered::key).sink().start();
                var source = broker.kafka().topic("slow").group("slow").text().capacity(2)
                        .property("max.poll.interval.ms", Long.toString(POLL_INTERVAL.toMillis())).source().start()) {
            Numbered.put(sink, 0, COUNT);
            var first = source.received().next(20, TimeUnit.SECONDS).orElseThrow();
            await().until(() -> source.received().remainingCapacity() == 0);
            await().during(POLL_INTERVAL.multipliedBy(3)).atMost(Duration.ofSeconds(20)).until(() -> members("slow") == 1);

            assertThat(source.received()).hasSize(2);
            assertThat(source.stats().rebalances()).isEqualTo(1);
            first.acknowledge();
            for (int i = 1; i < COUNT; i++) {
                source.received().next(20, TimeUnit.SECONDS).ifPresent(Delivered::acknowledge);
            }
            await().until(() -> source.stats().acknowledged() == COUNT);
            assertThat(source.stats().received()).as("none came twice").isEqualTo(COUNT);
        }
    }

    private int members(String group) throws Exception {
        try (var admin = broker.admin()) {
            return admin.describeConsumerGroups(List.of(group)).all().get(10, TimeUnit.SECONDS).get(group).members().size();
        }
    }
}
