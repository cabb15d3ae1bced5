package dev.weft.rpc;

import static dev.weft.rpc.Meanwhile.await;
import static dev.weft.rpc.Words.failure;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("What a server tells of itself")
@Timeout(60)
class StatsTest {
    private static String work(String word) {
        if (word.isEmpty()) {
            throw new RpcException(Status.INVALID_ARGUMENT, "no word");
        }
        return word;
    }

    @EveryPlace
    void calls_are_counted_by_how_they_ended(Place place) {
        var witness = new Witness();
        try (var pair = place.open(s -> s.observer(witness), c -> c, Words.saying(StatsTest::work))) {
            assertThat(pair.server().stats()).isEqualTo(new RpcStats(0, 0, 0, 0, 0, 0));
            for (int i = 0; i < 5; i++) {
                Words.say(pair.client(), "word");
            }
            for (int i = 0; i < 3; i++) {
                failure(() -> Words.say(pair.client(), ""));
            }
            await().until(() -> pair.server().stats().equals(new RpcStats(1, 0, 8, 5, 3, 0)));
            assertThat(witness.started).hasSize(8).containsOnly("words.Words/Say");
            assertThat(witness.ended).hasSize(8).containsOnly(Status.OK, Status.INVALID_ARGUMENT);
        }
    }

    @EveryPlace
    void calls_that_run_are_listed_with_their_threads(Place place) throws Exception {
        var go = new CountDownLatch(1);
        try (var pair = place.open(Words.saying(word -> {
            go.await();
            return word;
        }))) {
            assertThat(pair.server().calls()).isEmpty();
            assertThat(pair.server().threads()).isEmpty();
            var answer = Meanwhile.doing(() -> Words.say(pair.client(), CallOptions.defaults().header("id", "7"), "word"));
            await().until(() -> pair.server().threads().size() == 1);
            assertThat(pair.server().calls()).singleElement().satisfies(call -> {
                assertThat(call.method()).isEqualTo("words.Words/Say");
                assertThat(call.headers().get("id")).contains("7");
                assertThat(call.cancelled()).isFalse();
            });
            assertThat(pair.server().threads().getFirst().isVirtual()).isTrue();
            assertThat(pair.server().threads().getFirst().getName()).contains("words.Words/Say");
            assertThat(pair.server().toString()).endsWith(", 1 active");
            go.countDown();
            answer.get();
            assertThat(pair.server().stats().active()).isZero();
            assertThat(pair.server().calls()).isEmpty();
        }
    }

    @Test
    void every_call_that_was_let_in_has_ended_somehow() {
        var witness = new Witness();
        try (var pair = Place.TCP.open(s -> s.observer(witness), c -> c, Words.chatting((words, _) -> words.forEach(_ -> {})));
                var raw = new RawClient(pair.server())) {
            try (var chat = Words.chat(pair.client())) {
                chat.send("one");
                await().until(() -> pair.server().stats().active() == 1);
            }
            raw.call(Words.SAY.name(), new byte[0]);
            await().until(() -> pair.server().stats().active() == 0);
            await().until(() -> pair.server().stats().failed() == 1);
        }
    }

    @Test
    void one_that_ends_before_its_method_begins_is_counted_too() {
        var witness = new Witness();
        try (var pair = Place.TCP.open(s -> s.observer(witness), c -> c, new RouteService()); var raw = new RawClient(pair.server())) {
            assertThat(raw.call("routeguide.RouteGuide/GetFeature", RawClient.NO_MESSAGE).status().getCode()).isEqualTo(io.grpc.Status.Code.INTERNAL);
            assertThat(raw.call("routeguide.RouteGuide/GetFeature").status().getCode()).isEqualTo(io.grpc.Status.Code.INTERNAL);
            await().until(() -> {
                var stats = pair.server().stats();
                return stats.begun() == stats.active() + stats.succeeded() + stats.failed();
            });
        }
    }
}
