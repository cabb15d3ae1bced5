package dev.weft.rpc;

import static dev.weft.rpc.Meanwhile.await;
import static dev.weft.rpc.Words.failure;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Calls that a service's method makes belong to the one that it serves (SPEC RPC-6, RPC-8, RPC-9)")
@Timeout(60)
class NestedCallTest {
    private static final RpcService LEFT = Words.saying(_ -> Call.current().timeRemaining().map(Duration::toString).orElse("endless"));

    @ParameterizedTest
    @EnumSource(names = {"TCP", "UNIX", "MEMORY"})
    void they_have_its_deadline(Place place) {
        try (var inner = place.open(LEFT); var outer = place.open(Words.saying(word -> Words.say(inner.client(), word)))) {
            assertThat(Words.say(outer.client(), "")).isEqualTo("endless");
            assertThat(Duration.parse(Words.say(outer.client(), CallOptions.within(Duration.ofMinutes(2)), ""))).isPositive()
                    .isLessThanOrEqualTo(Duration.ofMinutes(2));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "UNIX", "MEMORY"})
    void or_one_of_their_own_that_is_sooner(Place place) {
        try (var inner = place.open(LEFT);
                var outer = place.open(Words.saying(own -> Words.say(inner.client(), CallOptions.within(Duration.parse(own)), "")))) {
            var twoMinutes = CallOptions.within(Duration.ofMinutes(2));
            assertThat(Duration.parse(Words.say(outer.client(), twoMinutes, "PT1M"))).isLessThanOrEqualTo(Duration.ofMinutes(1));
            assertThat(Duration.parse(Words.say(outer.client(), twoMinutes, "PT1H"))).isLessThanOrEqualTo(Duration.ofMinutes(2));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "UNIX", "MEMORY"})
    void they_are_cancelled_with_it(Place place) throws Exception {
        var stopped = new CompletableFuture<Boolean>();
        try (var inner = place.open(Words.listing((_, responses) -> {
            responses.send("begun");
            try {
                Meanwhile.forEver();
            } finally {
                stopped.complete(Call.current().cancelled());
            }
        })); var outer = place.open(Words.listing((word, responses) -> {
            try (var words = Words.list(inner.client(), word)) {
                words.forEach(responses::send);
            }
        }))) {
            try (var words = Words.list(outer.client(), "")) {
                assertThat(words.receive()).isEqualTo("begun");
            }
            assertThat(stopped.get()).isTrue();
            await().until(() -> inner.server().stats().active() == 0 && outer.server().stats().active() == 0);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "UNIX", "MEMORY"})
    void one_that_fails_ends_it_in_the_same_way(Place place) {
        try (var inner = place.open(Words.saying(_ -> {
            throw new RpcException(Status.ALREADY_EXISTS, "twice");
        })); var outer = place.open(Words.saying(word -> Words.say(inner.client(), word)))) {
            var failure = failure(() -> Words.say(outer.client(), ""));
            assertThat(failure.status()).isEqualTo(Status.ALREADY_EXISTS);
            assertThat(failure).hasMessage("twice");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "UNIX", "MEMORY"})
    void a_limit_of_the_method_holds_for_them_too(Place place) throws Exception {
        var stopped = new CompletableFuture<Boolean>();
        try (var inner = place.open(Words.saying(word -> {
            try {
                Meanwhile.forEver();
            } finally {
                stopped.complete(Call.current().cancelled());
            }
            return word;
        })); var outer = place.open(Words.saying(word -> {
            Call.current().limit(Duration.ofMillis(500));
            return Words.say(inner.client(), word);
        }))) {
            assertThat(failure(() -> Words.say(outer.client(), "")).status()).isEqualTo(Status.DEADLINE_EXCEEDED);
            assertThat(stopped.get()).isTrue();
        }
    }
}
