package dev.weft.rpc;

import static dev.weft.rpc.Meanwhile.await;
import static dev.weft.rpc.Words.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("What a service's method knows of its call, and what it can do to it (SPEC RPC-6)")
@Timeout(60)
class CallTest {
    @EveryPlace
    void it_knows_who_calls(Place place) {
        try (var pair = place.open(Words.saying(_ -> Call.current().peer()))) {
            var form = switch (place) {
                case TCP, TLS, MUTUAL_TLS -> "ipv4:127\\.0\\.0\\.1:\\d+";
                case IPV6 -> "ipv6:\\[::1]:\\d+";
                case UNIX -> "unix:.*";
                case MEMORY -> "memory:.*";
            };
            assertThat(Words.say(pair.client(), "who?")).matches(form);
        }
    }

    @EveryPlace
    void it_knows_which_method_it_is(Place place) {
        try (var pair = place.open(Words.saying(_ -> Call.current().method()))) {
            assertThat(Words.say(pair.client(), "what?")).isEqualTo("words.Words/Say");
        }
    }

    @EveryPlace
    void it_knows_the_certificate_of_a_client_that_shows_one(Place place) {
        try (var pair = place.open(Words.saying(_ -> {
            var session = Call.current().tls();
            if (session.isEmpty()) {
                return "none";
            }
            return place == Place.MUTUAL_TLS ? session.get().getPeerPrincipal().getName() : session.get().getProtocol();
        }))) {
            assertThat(Words.say(pair.client(), "who?")).isEqualTo(switch (place) {
                case TLS -> "TLSv1.3";
                case MUTUAL_TLS -> "CN=route";
                default -> "none";
            });
        }
    }

    @Test
    void elsewhere_there_is_none() {
        assertThatThrownBy(Call::current).isInstanceOf(IllegalStateException.class).hasMessageContaining(Thread.currentThread().getName());
    }

    @EveryPlace
    void the_time_that_remains_is_what_the_client_gives(Place place) {
        try (var pair = place.open(Words.saying(_ -> Call.current().timeRemaining().map(Duration::toString).orElse("endless")))) {
            assertThat(Words.say(pair.client(), "how long?")).isEqualTo("endless");
            var left = Duration.parse(Words.say(pair.client(), CallOptions.within(Duration.ofMinutes(5)), "how long?"));
            assertThat(left).isPositive().isLessThanOrEqualTo(Duration.ofMinutes(5));
        }
    }

    @EveryPlace
    void abort_ends_it_with_a_status_and_a_text(Place place) {
        try (var pair = place.open(Words.saying(word -> {
            if (!word.isEmpty()) {
                throw Call.current().abort(Status.NOT_FOUND, "no " + word + " here");
            }
            return "";
        }))) {
            var failure = failure(() -> Words.say(pair.client(), "bears"));
            assertThat(failure.status()).isEqualTo(Status.NOT_FOUND);
            assertThat(failure).hasMessage("no bears here");
            assertThat(Words.say(pair.client(), "")).isEmpty();
        }
    }

    @Test
    void abort_needs_no_throw() {
        try (var pair = Place.MEMORY.open(Words.saying(_ -> {
            Call.current().abort(Status.ABORTED, "enough");
            return "never";
        }))) {
            assertThat(failure(() -> Words.say(pair.client(), "go on")).status()).isEqualTo(Status.ABORTED);
        }
    }

    @EveryPlace
    void a_status_that_is_set_takes_the_place_of_the_response(Place place) {
        try (var pair = place.open(Words.saying(word -> {
            Call.current().status(Status.valueOf(word), "as you say");
            return "the response";
        }))) {
            var failure = failure(() -> Words.say(pair.client(), "DATA_LOSS"));
            assertThat(failure.status()).isEqualTo(Status.DATA_LOSS);
            assertThat(failure).hasMessage("as you say");
            assertThat(Words.say(pair.client(), "OK")).isEqualTo("the response");
        }
    }

    @EveryPlace
    void a_status_that_is_set_follows_the_responses_of_a_stream(Place place) {
        try (var pair = place.open(Words.listing((_, responses) -> {
            Call.current().status(Status.OUT_OF_RANGE, "no more");
            responses.send("one");
            responses.send("two");
        })); var words = Words.list(pair.client(), "all")) {
            assertThat(words.receive()).isEqualTo("one");
            assertThat(words.receive()).isEqualTo("two");
            var failure = failure(words::receive);
            assertThat(failure.status()).isEqualTo(Status.OUT_OF_RANGE);
            assertThat(failure).hasMessage("no more");
        }
    }

    @EveryPlace
    void its_limit_ends_it_and_interrupts_its_thread(Place place) throws Exception {
        var sawCancelled = new CompletableFuture<Boolean>();
        try (var pair = place.open(Words.saying(_ -> {
            var call = Call.current();
            call.limit(Duration.ofMillis(50));
            try {
                Meanwhile.forEver();
            } finally {
                sawCancelled.complete(call.cancelled());
            }
            return "late";
        }))) {
            assertThat(failure(() -> Words.say(pair.client(), "quick")).status()).isEqualTo(Status.DEADLINE_EXCEEDED);
            assertThat(sawCancelled.get()).isTrue();
        }
    }

    @Test
    void of_several_limits_the_soonest_counts() {
        try (var pair = Place.TCP.open(Words.saying(_ -> {
            Call.current().limit(Duration.ofMinutes(1));
            Call.current().limit(Duration.ofHours(1));
            return Call.current().timeRemaining().orElseThrow().toString();
        }))) {
            var options = CallOptions.defaults();
            assertThat(Duration.parse(Words.say(pair.client(), options, ""))).isPositive().isLessThanOrEqualTo(Duration.ofMinutes(1));
            var sooner = options.deadline(Duration.ofSeconds(30));
            assertThat(Duration.parse(Words.say(pair.client(), sooner, ""))).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(30));
        }
    }

    @Test
    void a_limit_that_is_longer_than_anybody_waits_is_no_error() {
        try (var pair = Place.TCP.open(Words.saying(_ -> {
            Call.current().limit(Duration.ofSeconds(Long.MAX_VALUE));
            return "fine";
        }))) {
            assertThat(Words.say(pair.client(), "")).isEqualTo("fine");
        }
    }

    @Test
    void a_limit_that_is_kept_leaves_no_trace() {
        try (var pair = Place.TCP.open(Words.saying(word -> {
            Call.current().limit(Duration.ofMillis(200));
            return word;
        }))) {
            for (int i = 0; i < 100; i++) {
                assertThat(Words.say(pair.client(), "w" + i)).isEqualTo("w" + i);
            }
        }
    }

    @EveryPlace
    void it_is_cancelled_when_nobody_waits_any_more_and_not_before(Place place) throws Exception {
        var before = new CompletableFuture<Boolean>();
        var after = new CompletableFuture<Boolean>();
        try (var pair = place.open(Words.listing((_, responses) -> {
            var call = Call.current();
            before.complete(call.cancelled());
            responses.send("one");
            try {
                Meanwhile.forEver();
            } finally {
                after.complete(call.cancelled());
            }
        }))) {
            try (var words = Words.list(pair.client(), "")) {
                assertThat(words.receive()).isEqualTo("one");
            }
            assertThat(before.get()).isFalse();
            assertThat(after.get()).isTrue();
        }
    }

    @Test
    void others_may_ask_it_too() throws Exception {
        var inside = new CompletableFuture<Call>();
        var go = new CountDownLatch(1);
        try (var pair = Place.TCP.open(Words.saying(_ -> {
            inside.complete(Call.current());
            go.await();
            return "done";
        }))) {
            var answer = Meanwhile.doing(() -> Words.say(pair.client(), CallOptions.defaults().header("lang", "de"), ""));
            var call = inside.get();
            assertThat(call.cancelled()).isFalse();
            assertThat(call.headers().get("lang")).contains("de");
            assertThat(call.timeRemaining()).isEmpty();
            assertThat(pair.server().calls()).containsExactly(call);
            go.countDown();
            await().until(answer::isDone);
        }
    }
}
