package dev.weft.rpc;

import static dev.weft.rpc.Meanwhile.await;
import static dev.weft.rpc.Words.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("What a client is told of a service's method that fails (SPEC RPC-7)")
@Timeout(60)
class FailureTest {
    private final Witness witness = new Witness();

    private Place.Pair open(Place place, RpcService service) {
        return place.open(s -> s.observer(witness), c -> c, service);
    }

    private Place.Pair openAndShow(Place place, RpcService service) {
        return place.open(s -> s.observer(witness).showFailures(), c -> c, service);
    }

    private static String boom() throws IOException {
        throw new IOException("boom");
    }

    @EveryPlace
    void an_exception_is_unknown_and_its_text_stays_here(Place place) {
        try (var pair = open(place, Words.saying(_ -> boom()))) {
            var failure = failure(() -> Words.say(pair.client(), ""));
            assertThat(failure.status()).isEqualTo(Status.UNKNOWN);
            assertThat(failure).hasMessage("Exception calling application");
            assertThat(witness.failures).singleElement().isInstanceOf(IOException.class).extracting(Throwable::getMessage).isEqualTo("boom");
        }
        assertThat(witness.ended).containsExactly(Status.UNKNOWN);
    }

    @EveryPlace
    void its_text_is_shown_when_that_is_asked_for(Place place) {
        try (var pair = openAndShow(place, Words.saying(_ -> boom()))) {
            assertThat(failure(() -> Words.say(pair.client(), ""))).hasMessage("Exception calling application: boom");
            assertThat(witness.failures).hasSize(1);
        }
    }

    @EveryPlace
    void so_it_is_with_many_requests(Place place) {
        try (var pair = openAndShow(place, Words.joining(words -> words.receive() + boom()))) {
            var failure = failure(() -> Words.join(pair.client(), words -> words.send("one")));
            assertThat(failure.status()).isEqualTo(Status.UNKNOWN);
            assertThat(failure).hasMessage("Exception calling application: boom");
            assertThat(witness.failures).hasSize(1);
        }
    }

    @EveryPlace
    void what_was_sent_before_it_arrives_first(Place place) {
        try (var pair = openAndShow(place, Words.listing((_, responses) -> {
            for (int i = 0; i < 5; i++) {
                responses.send("w" + i);
            }
            boom();
        })); var words = Words.list(pair.client(), "")) {
            var seen = new ArrayList<String>();
            var failure = failure(() -> words.forEach(seen::add));
            assertThat(seen).containsExactly("w0", "w1", "w2", "w3", "w4");
            assertThat(failure.status()).isEqualTo(Status.UNKNOWN);
            assertThat(failure).hasMessage("Exception iterating responses: boom");
            assertThat(failure(words::receive).status()).isEqualTo(Status.UNKNOWN); // and again
        }
        assertThat(witness.failures).hasSize(1);
    }

    @EveryPlace
    void in_a_stream_too_its_text_stays_here(Place place) {
        try (var pair = open(place, Words.chatting((_, _) -> boom())); var chat = Words.chat(pair.client())) {
            assertThat(failure(chat::receive)).hasMessage("Exception iterating responses");
            assertThat(witness.failures).hasSize(1);
        }
    }

    @Test
    void an_error_is_no_more_than_an_exception() {
        try (var pair = openAndShow(Place.TCP, Words.saying(word -> {
            if (word.isEmpty()) {
                throw new AssertionError("deep trouble");
            }
            return word;
        }))) {
            var failure = failure(() -> Words.say(pair.client(), ""));
            assertThat(failure.status()).isEqualTo(Status.UNKNOWN);
            assertThat(failure).hasMessageContaining("deep trouble");
            assertThat(witness.failures).singleElement().isInstanceOf(AssertionError.class);
            assertThat(Words.say(pair.client(), "next")).isEqualTo("next");
        }
    }

    @Test
    void a_failure_that_chooses_a_status_is_none_for_the_observer() {
        try (var pair = open(Place.TCP, Words.saying(_ -> {
            throw new RpcException(Status.NOT_FOUND, "no");
        }))) {
            assertThat(failure(() -> Words.say(pair.client(), "")).status()).isEqualTo(Status.NOT_FOUND);
        }
        assertThat(witness.failures).isEmpty();
        assertThat(witness.ended).containsExactly(Status.NOT_FOUND);
    }

    @EveryPlace
    void null_is_no_response(Place place) {
        try (var pair = open(place, Words.saying(_ -> null))) {
            assertThat(failure(() -> Words.say(pair.client(), "")).status()).isEqualTo(Status.INTERNAL);
        }
    }

    @EveryPlace
    void nor_is_it_one_of_many(Place place) {
        try (var pair = open(place, Words.listing((_, responses) -> {
            responses.send("one");
            responses.send(null);
        })); var words = Words.list(pair.client(), "")) {
            assertThat(words.receive()).isEqualTo("one");
            assertThat(failure(words::receive).status()).isEqualTo(Status.INTERNAL);
        }
    }

    @EveryPlace
    @SuppressWarnings({"unchecked", "rawtypes"}) // the compiler would not let it through
    void a_response_of_another_type_is_internal(Place place) {
        RpcService.Unary wrong = _ -> 42;
        try (var pair = open(place, Words.saying(wrong))) {
            assertThat(failure(() -> Words.say(pair.client(), "")).status()).isEqualTo(Status.INTERNAL);
            assertThat(witness.failures).singleElement().isInstanceOf(ClassCastException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "MEMORY"})
    void an_observer_that_throws_changes_nothing(Place place) {
        for (var errors : new boolean[] {false, true}) {
            try (var pair = place.open(s -> s.observer(new Throwing(errors)), c -> c, Words.saying(word -> word.isEmpty() ? boom() : word))) {
                for (int i = 0; i < 3; i++) {
                    assertThat(failure(() -> Words.say(pair.client(), "")).status()).isEqualTo(Status.UNKNOWN);
                    assertThat(Words.say(pair.client(), "word")).isEqualTo("word");
                }
                Awaitility.await().untilAsserted(() -> assertThat(pair.server().stats().active()).isZero());
            }
        }
    }

    /** Throws an error or an exception, whatever it is told. */
    private record Throwing(boolean errors) implements RpcObserver {
        private void fail(String event) {
            if (errors) {
                throw new AssertionError(event);
            }
            throw new IllegalStateException(event);
        }

        @Override
        public void started(Call call) {
            fail("started");
        }

        @Override
        public void failed(Call call, Throwable failure) {
            fail("failed");
        }

        @Override
        public void ended(Call call, Status status, Duration took) {
            fail("ended");
        }
    }

    @Test
    void what_a_feed_throws_reaches_the_caller_and_cancels_the_call() {
        var seen = new ArrayList<String>();
        try (var pair = open(Place.TCP, Words.joining(words -> {
            words.forEach(seen::add);
            return "all";
        }))) {
            assertThatThrownBy(() -> Words.join(pair.client(), words -> {
                words.send("one");
                boom();
            })).isInstanceOf(IOException.class).hasMessage("boom");
            await().until(() -> witness.ended.equals(List.of(Status.CANCELLED)));
        }
    }
}
