package dev.weft.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import dev.weft.net.LifeState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What services, pipelines and watchdogs tell about themselves. */
@Timeout(60)
class ServiceStatsTest {
    @Test
    void aServiceCountsWhatItHasDoneAndWhatIsBeforeIt() throws Exception {
        var words = new AckQueue<String>();
        var go = new CountDownLatch(1);
        try (var service = Services.sink("stats", words, word -> {
            if (word.equals("bad")) {
                throw new IllegalArgumentException("a bad word");
            }
            if (word.equals("wait")) {
                go.await();
            }
        }).onFailure((m, e) -> Verdict.SKIP)) {
            assertThat(service.stats()).isEqualTo(new ServiceStats(0, 0, 0, 0));
            for (var word : new String[] {"one", "bad", "two", "wait", "three", "four"}) {
                words.put(word);
            }
            service.start();

            await().until(() -> service.stats().equals(new ServiceStats(2, 1, 2, 1)));

            go.countDown();
            words.end();
            service.join();
            assertThat(service.stats()).isEqualTo(new ServiceStats(5, 1, 0, 0));
        }
    }

    @Test
    void aPipelineTellsTheSumsOverItsServices() throws Exception {
        var upper = Services.<String, String>map("upper", String::toUpperCase);
        var seen = new AtomicInteger();
        var count = Services.sink("count", upper.out(), _ -> seen.incrementAndGet());
        try (var both = upper.then(count)) {
            upper.in().put("one");
            upper.in().put("two");
            assertThat(both.stats()).isEqualTo(new ServiceStats(0, 0, 2, 0));

            both.start();
            await().until(() -> both.stats().equals(new ServiceStats(4, 0, 0, 2)));
        }
        assertThat(seen).hasValue(2);
    }

    @Test
    void aWatchDogCountsItsLooksAndTheDead() throws Exception {
        var alive = new AtomicInteger(1);
        try (var dog = new WatchDog().every(Duration.ofMillis(1)).grace(Duration.ofMillis(1)).action(() -> {})) {
            dog.watch("one", () -> alive.get() > 0).watch("two", () -> true).start();
            await().until(() -> dog.stats().looks() > 2);
            assertThat(dog.stats().watched()).isEqualTo(2);
            assertThat(dog.stats().deaths()).isZero();

            alive.set(0);
            dog.join();
            assertThat(dog.stats().deaths()).isEqualTo(1);
        }
    }

    @Test
    void aDrainEndsAWatchAtOnce() {
        var bitten = new AtomicInteger();
        try (var dog = new WatchDog().every(Duration.ofMinutes(1)).action(bitten::incrementAndGet)) {
            dog.watch("one", () -> false).start();

            var report = dog.drain(Duration.ZERO);

            assertThat(dog.state()).isEqualTo(LifeState.ENDED);
            assertThat(report.stragglers()).isEmpty();
            assertThatThrownBy(() -> dog.drain(Duration.ofNanos(-1))).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("drain");
        }
        assertThat(bitten).hasValue(0);
    }
}
