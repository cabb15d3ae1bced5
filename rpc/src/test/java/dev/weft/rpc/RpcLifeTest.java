package dev.weft.rpc;

import static dev.weft.rpc.Words.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import dev.weft.net.LifeState;
import dev.weft.testkit.ManualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** From the opening to the end, of servers and of clients. */
@Timeout(60)
class RpcLifeTest {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);

    private RpcService waiting() {
        return Words.saying(word -> {
            begun.countDown();
            go.await();
            return word;
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "UNIX", "MEMORY"})
    @SuppressWarnings("try") // closed early on purpose
    void aServerThatIsOpenedIsBoundAndServesOnceItIsStarted(Place place) throws Exception {
        try (var server = place.server().open(Words.saying(word -> word)); var client = place.client(server).open()) {
            assertThat(server.state()).isEqualTo(LifeState.NEW);
            var answer = Meanwhile.doing(() -> Words.say(client, "word"));
            await().during(Duration.ofMillis(100)).until(() -> server.stats().connections() == 0);
            assertThat(answer.isDone()).isFalse();
            assertThat(server.start()).isSameAs(server);
            assertThat(answer.get()).isEqualTo("word");
            assertThat(server.state()).isEqualTo(LifeState.RUNNING);
            assertThatThrownBy(server::start).isInstanceOf(IllegalStateException.class).hasMessageContaining("is RUNNING, not NEW");
            assertThatThrownBy(server::run).isInstanceOf(IllegalStateException.class);
            server.close();
            assertThat(server.state()).isEqualTo(LifeState.ENDED);
        }
    }

    @Test
    void aServerThatWasNeverStartedEndsAsAnyOther() throws Exception {
        var server = Place.TCP.server().open(Words.saying(word -> word));
        assertThat(server.drain(Duration.ZERO).clean()).isTrue();
        assertThat(server.state()).isEqualTo(LifeState.ENDED);
        assertThat(server.join(Duration.ofSeconds(1))).isTrue();
        assertThatThrownBy(server::start).isInstanceOf(IllegalStateException.class).hasMessageContaining("is ENDED, not NEW");
    }

    @Test
    void runServesUntilTheServerIsClosedAndAnInterruptClosesIt() throws Exception {
        var server = Place.TCP.server().open(Words.saying(word -> word));
        var interrupted = new CountDownLatch(1);
        var running = Thread.ofPlatform().start(() -> {
            server.run();
            if (Thread.currentThread().isInterrupted()) {
                interrupted.countDown();
            }
        });
        try (var client = Place.TCP.client(server).open()) {
            assertThat(Words.say(client, "word")).isEqualTo("word");
        }
        running.interrupt();
        interrupted.await();
        assertThat(server.state()).isEqualTo(LifeState.ENDED);
    }

    @Test
    void aDrainOfAServerEndsAtItsLimitOnItsOwnClock() throws Exception {
        var time = new ManualTime();
        try (var pair = Place.TCP.open(server -> server.time(time).grace(Duration.ofNanos(1)), client -> client, waiting())) {
            var answer = Meanwhile.doing(() -> failure(() -> Words.say(pair.client(), "word")));
            begun.await();
            var report = Meanwhile.doing(() -> pair.server().drain(Duration.ofHours(1)));
            await().until(() -> pair.server().state() == LifeState.DRAINING);
            assertThat(answer.isDone()).isFalse();
            await().until(() -> {
                time.advance(Duration.ofHours(1));
                return report.isDone();
            });
            assertThat(report.get().interrupted()).isOne();
            assertThat(answer.get()).hasMessage("Cancelling all calls");
        }
    }

    @Test
    void aDrainOfAClientLetsCallsEnd() throws Exception {
        try (var pair = Place.TCP.open(waiting())) {
            var client = pair.client();
            assertThat(client.state()).isEqualTo(LifeState.RUNNING);
            assertThat(client.connected()).isFalse();
            var answer = Meanwhile.doing(() -> Words.say(client, "word"));
            begun.await();
            assertThat(client.connected()).isTrue();
            assertThat(client.stats()).isEqualTo(new RpcClientStats(1, 1, 0, 0));
            var report = Meanwhile.doing(() -> client.drain(Duration.ZERO));
            await().until(() -> client.state() == LifeState.DRAINING);
            assertThatThrownBy(() -> Words.say(client, "late")).isInstanceOf(IllegalStateException.class).hasMessageContaining("is closed");
            go.countDown();
            assertThat(answer.get()).isEqualTo("word");
            assertThat(report.get().clean()).isTrue();
            assertThat(report.get().finished()).isOne();
            assertThat(client.state()).isEqualTo(LifeState.ENDED);
            assertThat(client.connected()).isFalse();
            assertThat(client.join(Duration.ofSeconds(1))).isTrue();
            assertThat(client.drain(Duration.ofSeconds(1))).isSameAs(report.get());
            assertThat(client.stats()).isEqualTo(new RpcClientStats(0, 1, 1, 0));
        }
    }

    @Test
    void aDrainOfAClientCancelsWhatRunsAtItsLimit() throws Exception {
        var time = new ManualTime();
        try (var pair = Place.TCP.open(server -> server, client -> client.time(time), waiting())) {
            var answer = Meanwhile.doing(() -> failure(() -> Words.say(pair.client(), "word")));
            begun.await();
            var report = Meanwhile.doing(() -> pair.client().drain(Duration.ofHours(1)));
            time.awaitScheduled(Duration.ofHours(1));
            assertThat(answer.isDone()).isFalse();
            time.advance(Duration.ofHours(1));
            assertThat(answer.get().status()).isIn(Status.CANCELLED, Status.UNAVAILABLE);
            assertThat(report.get().interrupted()).isOne();
            assertThat(pair.client().stats()).isEqualTo(new RpcClientStats(0, 1, 0, 1));
            assertThatThrownBy(() -> pair.client().drain(Duration.ofSeconds(-1))).isInstanceOf(IllegalArgumentException.class);
            go.countDown();
        }
    }
}
