package dev.weft.rpc;

import static dev.weft.rpc.Meanwhile.await;
import static dev.weft.rpc.Words.failure;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import dev.weft.net.DrainReport;
import dev.weft.testkit.ManualTime;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("How a server ends (SPEC RPC-12)")
@Timeout(60)
class DrainTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    /** For calls that are to be refused: one that slips in would wait. */
    private static final CallOptions QUICK = CallOptions.within(Duration.ofMillis(200));

    private final Witness witness = new Witness();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);

    private Place.Pair open(Place place, RpcService service) {
        return place.open(s -> s.observer(witness), c -> c, service);
    }

    private RpcService waiting() {
        return Words.saying(word -> {
            begun.countDown();
            go.await();
            return word;
        });
    }

    @EveryPlace
    void calls_that_run_may_finish_and_new_ones_are_refused(Place place) throws Exception {
        try (var pair = open(place, waiting())) {
            var answer = Meanwhile.doing(() -> Words.say(pair.client(), "word"));
            begun.await();
            var report = Meanwhile.doing(() -> pair.server().drain(LONG));
            await().until(() -> failure(() -> Words.say(pair.client(), QUICK, "")).status() == Status.UNAVAILABLE);
            assertThat(answer.isDone()).isFalse();
            go.countDown();
            assertThat(answer.get()).isEqualTo("word");
            assertThat(report.get().clean()).isTrue();
            assertThat(report.get().finished()).isPositive();
            assertThat(witness.drained).containsExactly(report.get());
            assertThat(failure(() -> Words.say(pair.client(), "")).status()).isEqualTo(Status.UNAVAILABLE);
        }
    }

    @EveryPlace
    void past_the_deadline_they_are_cancelled(Place place) throws Exception {
        try (var pair = open(place, waiting())) {
            var answer = Meanwhile.doing(() -> failure(() -> Words.say(pair.client(), "word")));
            begun.await();
            var report = pair.server().drain(Duration.ofMillis(100));
            assertThat(answer.get().status()).isEqualTo(Status.UNAVAILABLE);
            assertThat(answer.get()).hasMessage("Cancelling all calls");
            assertThat(report.finished()).isZero();
            assertThat(report.interrupted()).isOne();
            assertThat(report.aborted()).isZero();
            assertThat(report.clean()).isFalse();
            assertThat(report.stragglers()).singleElement().satisfies(late -> {
                assertThat(late.thread()).contains("words.Words/Say");
                assertThat(late.stack()).anyMatch(frame -> frame.getClassName().startsWith(DrainTest.class.getName()));
            });
            await().untilAsserted(() -> assertThat(witness.ended).containsExactly(Status.UNAVAILABLE)); // told by the call's own thread
            assertThat(witness.failures).isEmpty();
        }
    }

    @EveryPlace
    void so_are_streams(Place place) {
        try (var pair = open(place, Words.chatting((words, responses) -> words.forEach(responses::send))); var chat = Words.chat(pair.client())) {
            chat.send("one");
            assertThat(chat.receive()).isEqualTo("one");
            assertThat(pair.server().drain(Duration.ofNanos(1)).interrupted()).isOne();
            var failure = failure(chat::receive);
            assertThat(failure.status()).isEqualTo(Status.UNAVAILABLE);
            assertThat(failure).hasMessage("Cancelling all calls");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "MEMORY"})
    void one_that_ignores_its_interrupt_is_left_and_named(Place place) throws Exception {
        var time = new ManualTime();
        try (var pair = place.open(s -> s.observer(witness).time(time), c -> c, Words.saying(word -> {
            begun.countDown();
            Meanwhile.stubbornly(go);
            return word;
        }))) {
            var answer = Meanwhile.doing(() -> failure(() -> Words.say(pair.client(), "word")));
            begun.await();
            var drain = Meanwhile.doing(() -> pair.server().drain(Duration.ofHours(1)));
            await().until(() -> {
                time.advance(Duration.ofHours(1));
                return drain.isDone();
            });
            var report = drain.get();
            assertThat(report.aborted()).isOne();
            assertThat(report.interrupted()).isZero();
            assertThat(report.stragglers()).singleElement()
                    .satisfies(late -> assertThat(late.stack()).anyMatch(frame -> frame.getMethodName().equals("stubbornly")));
            assertThat(report.toString()).contains("1 aborted").contains("stubbornly");
            assertThat(answer.get()).hasMessage("Cancelling all calls");
            go.countDown();
        }
    }

    @Test
    void the_first_drain_wins() throws Exception {
        try (var pair = open(Place.TCP, waiting())) {
            var answer = Meanwhile.doing(() -> Words.say(pair.client(), "word"));
            begun.await();
            var first = Meanwhile.doing(() -> pair.server().drain(LONG));
            await().until(() -> failure(() -> Words.say(pair.client(), QUICK, "")).status() == Status.UNAVAILABLE);
            var second = Meanwhile.doing(() -> pair.server().drain(Duration.ofNanos(1)));
            var closing = Meanwhile.doing(() -> {
                pair.server().close();
                return "closed";
            });
            assertThat(answer.isDone()).isFalse();
            go.countDown();
            assertThat(answer.get()).isEqualTo("word");
            assertThat(second.get()).isSameAs(first.get());
            assertThat(closing.get()).isEqualTo("closed");
            assertThat(first.get().clean()).isTrue();
        }
    }

    @EveryPlace
    void an_idle_server_ends_at_once_and_may_be_ended_again(Place place) {
        try (var pair = open(place, Words.saying(word -> word))) {
            Words.say(pair.client(), "word");
            var report = pair.server().drain(LONG);
            assertThat(report.clean()).isTrue();
            assertThat(report.finished()).isZero();
            assertThat(report.took()).isLessThan(LONG);
            assertThat(pair.server().drain(LONG)).isSameAs(report);
            pair.server().close();
            assertThat(witness.drained).containsExactly(report);
        }
    }

    @Test
    void a_drain_may_wait_as_long_as_it_takes() throws Exception {
        try (var pair = open(Place.TCP, waiting())) {
            var answer = Meanwhile.doing(() -> Words.say(pair.client(), "word"));
            begun.await();
            var report = Meanwhile.doing(() -> pair.server().drain(Duration.ofSeconds(Long.MAX_VALUE)));
            await().until(() -> failure(() -> Words.say(pair.client(), QUICK, "")).status() == Status.UNAVAILABLE);
            assertThat(report.isDone()).isFalse();
            go.countDown();
            assertThat(answer.get()).isEqualTo("word");
            assertThat(report.get().clean()).isTrue();
        }
    }

    @Test
    void whoever_waits_for_the_end_is_told() throws Exception {
        try (var pair = open(Place.TCP, Words.saying(word -> word))) {
            assertThat(pair.server().join(Duration.ofNanos(1))).isFalse();
            assertThat(pair.server().join(Duration.ofMillis(10))).isFalse();
            var serving = Meanwhile.doing(() -> {
                pair.server().join();
                return "ended";
            });
            assertThat(serving.isDone()).isFalse();
            pair.server().close();
            assertThat(serving.get()).isEqualTo("ended");
            assertThat(pair.server().join(LONG)).isTrue();
        }
    }

    @Test
    void an_interrupt_ends_the_wait_and_not_the_server() throws Exception {
        try (var pair = open(Place.TCP, Words.saying(word -> word))) {
            var stillSet = new CompletableFuture<Boolean>();
            var waiting = Thread.ofVirtual().start(() -> {
                pair.server().join();
                stillSet.complete(Thread.currentThread().isInterrupted());
            });
            waiting.interrupt();
            assertThat(stillSet.get()).isTrue();
            assertThat(Words.say(pair.client(), "word")).isEqualTo("word");
        }
    }

    @EveryPlace
    void a_method_that_ends_its_server_does_not_wait_for_itself(Place place) throws Exception {
        var server = new CompletableFuture<RpcServer>();
        try (var pair = open(place, Words.saying(_ -> {
            server.get().close();
            return "closed";
        }))) {
            server.complete(pair.server());
            assertThat(Words.say(pair.client(), "close")).isEqualTo("closed");
            assertThat(pair.server().join(LONG)).isTrue();
            assertThat(witness.drained).singleElement().matches(DrainReport::clean);
        }
    }

    @Test
    void closing_gives_the_grace_that_was_set() throws Exception {
        try (var pair = Place.TCP.open(s -> s.grace(Duration.ofMillis(20)), c -> c, waiting())) {
            var answer = Meanwhile.doing(() -> failure(() -> Words.say(pair.client(), "word")));
            begun.await();
            pair.server().close();
            assertThat(answer.get()).hasMessage("Cancelling all calls");
        }
    }

    @Test
    void calls_that_wait_for_their_turn_are_drained_too() throws Exception {
        var order = new ArrayList<String>();
        try (var pair = Place.TCP.open(s -> s.handlerLimit(1), c -> c, Words.saying(word -> {
            begun.countDown();
            go.await();
            order.add(word);
            return word;
        }))) {
            var answers = IntStream.range(0, 5).mapToObj(i -> Meanwhile.doing(() -> Words.say(pair.client(), "w" + i))).toList();
            await().until(() -> pair.server().stats().active() == 5);
            var report = Meanwhile.doing(() -> pair.server().drain(LONG));
            go.countDown();
            for (var answer : answers) {
                answer.get();
            }
            assertThat(report.get().clean()).isTrue();
            assertThat(order).containsExactlyInAnyOrderElementsOf(List.of("w0", "w1", "w2", "w3", "w4"));
        }
    }
}
