package dev.weft.rpc;

import static dev.weft.rpc.Meanwhile.await;
import static dev.weft.rpc.Words.failure;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Deadlines (SPEC RPC-8)")
@Timeout(60)
class DeadlineTest {
    /** Both sides keep the time; when the client is first, all that the server learns is that the client is gone. */
    private static final Set<Status> BY_IT = Set.of(Status.DEADLINE_EXCEEDED, Status.CANCELLED);

    private final Witness witness = new Witness();
    private final CompletableFuture<String> stopped = new CompletableFuture<>();

    private Place.Pair open(Place place, RpcService service) {
        return place.open(s -> s.observer(witness), c -> c, service);
    }

    /** Until it is told to stop, and tells how that was. */
    private void work() throws InterruptedException {
        var call = Call.current();
        try {
            Meanwhile.forEver();
        } catch (InterruptedException e) {
            stopped.complete("interrupted, cancelled " + call.cancelled());
            throw e;
        }
    }

    private void wasInterrupted() throws Exception {
        assertThat(stopped.get()).isEqualTo("interrupted, cancelled true");
        await().until(() -> !witness.ended.isEmpty() && BY_IT.containsAll(witness.ended));
        assertThat(witness.failures).isEmpty();
    }

    /** Gives a call little time, and another one more when that was over before the method began: a machine may be busy. */
    private void untilStopped(Consumer<CallOptions> call) {
        for (var time = Duration.ofMillis(100); !stopped.isDone(); time = time.multipliedBy(2)) {
            call.accept(CallOptions.within(time));
        }
    }

    @EveryPlace
    void past_it_the_client_is_told_and_the_method_interrupted(Place place) throws Exception {
        try (var pair = open(place, Words.saying(word -> {
            work();
            return word;
        }))) {
            untilStopped(soon -> assertThat(failure(() -> Words.say(pair.client(), soon, "")).status()).isEqualTo(Status.DEADLINE_EXCEEDED));
            wasInterrupted();
        }
    }

    @EveryPlace
    void what_came_in_time_is_received(Place place) throws Exception {
        try (var pair = open(place, Words.listing((_, responses) -> {
            responses.send("in time");
            work();
        }))) {
            var seen = new ArrayList<String>();
            for (var time = Duration.ofMillis(100); seen.isEmpty(); time = time.multipliedBy(2)) {
                try (var words = pair.client().serverStream(Words.LIST, CallOptions.within(time), "")) {
                    assertThat(failure(() -> words.forEach(seen::add)).status()).isEqualTo(Status.DEADLINE_EXCEEDED);
                }
            }
            assertThat(seen).containsExactly("in time");
            wasInterrupted();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "UNIX", "MEMORY"})
    void a_client_that_sends_is_stopped_by_it(Place place) throws Exception {
        try (var pair = open(place, Words.joining(word -> {
            work();
            return word.receive();
        }))) {
            var big = "x".repeat(100_000);
            untilStopped(soon -> assertThat(failure(() -> pair.client().clientStream(Words.JOIN, soon, words -> {
                while (true) {
                    words.send(big); // soon there is no room
                }
            })).status()).isEqualTo(Status.DEADLINE_EXCEEDED));
            wasInterrupted();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "UNIX", "MEMORY"})
    void a_method_that_waits_for_requests_is_stopped_by_it(Place place) throws Exception {
        try (var pair = open(place, Words.chatting((words, _) -> {
            try {
                words.receive();
            } catch (RpcException e) {
                stopped.complete(BY_IT.contains(e.status()) + " " + Call.current().cancelled());
            }
        }))) {
            untilStopped(soon -> {
                try (var chat = pair.client().exchange(Words.CHAT, soon)) {
                    assertThat(failure(chat::receive).status()).isEqualTo(Status.DEADLINE_EXCEEDED);
                }
            });
            assertThat(stopped.get()).isEqualTo("true true");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "UNIX", "MEMORY"})
    void a_method_that_sends_is_stopped_by_it(Place place) throws Exception {
        var big = "x".repeat(100_000);
        try (var pair = open(place, Words.listing((_, responses) -> {
            try {
                while (true) {
                    responses.send(big);
                }
            } catch (RpcException e) {
                stopped.complete(BY_IT.contains(e.status()) + " " + Call.current().cancelled());
            }
        }))) {
            untilStopped(soon -> {
                try (var words = pair.client().serverStream(Words.LIST, soon, "")) {
                    words.receive();
                    await().until(stopped::isDone); // without reading
                } catch (RpcException e) {
                    assertThat(e.status()).isEqualTo(Status.DEADLINE_EXCEEDED);
                }
            });
            assertThat(stopped.get()).isEqualTo("true true");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void one_that_has_passed_already_fails_at_once(long seconds) {
        try (var pair = open(Place.TCP, Words.saying(word -> word))) {
            var gone = CallOptions.within(Duration.ofSeconds(seconds));
            assertThat(failure(() -> Words.say(pair.client(), gone, "")).status()).isEqualTo(Status.DEADLINE_EXCEEDED);
            try (var words = pair.client().serverStream(Words.LIST, gone, "")) {
                assertThat(failure(words::receive).status()).isEqualTo(Status.DEADLINE_EXCEEDED);
            }
            try (var chat = pair.client().exchange(Words.CHAT, gone)) {
                assertThat(failure(chat::receive).status()).isEqualTo(Status.DEADLINE_EXCEEDED);
            }
            assertThat(Words.say(pair.client(), "still there")).isEqualTo("still there");
            assertThat(pair.server().stats().begun()).isOne();
        }
    }

    @Test
    void one_without_end_is_allowed() {
        try (var pair = open(Place.TCP, Words.saying(word -> word))) {
            assertThat(Words.say(pair.client(), CallOptions.within(Duration.ofSeconds(Long.MAX_VALUE)), "patient")).isEqualTo("patient");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "UNIX", "MEMORY"})
    void a_service_that_ignores_it_keeps_no_client_waiting(Place place) {
        var go = new CountDownLatch(1);
        try (var pair = open(place, Words.saying(word -> {
            Meanwhile.stubbornly(go);
            return word;
        }))) {
            assertThat(failure(() -> Words.say(pair.client(), CallOptions.within(Duration.ofMillis(100)), "")).status())
                    .isEqualTo(Status.DEADLINE_EXCEEDED);
            go.countDown();
        }
    }
}
