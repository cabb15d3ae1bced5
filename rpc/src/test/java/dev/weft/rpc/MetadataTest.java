package dev.weft.rpc;

import static dev.weft.rpc.Meanwhile.await;
import static dev.weft.rpc.Words.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("What goes along with the messages, both ways (SPEC RPC-6)")
@Timeout(60)
class MetadataTest {
    private static final byte[] BYTES = {0, -1, 13, 10, 127, -128};

    /** Answers with what came: texts in the header "seen" and the trailer "seen", bytes in "seen-bin". */
    private static String echo(String word) {
        var call = Call.current();
        for (var value : call.headers().all("value")) {
            call.responseHeaders().add("seen", value);
            call.trailers().add("seen", value.toUpperCase());
        }
        for (var value : call.headers().allBytes("value-bin")) {
            call.responseHeaders().add("seen-bin", value);
            call.trailers().add("seen-bin", value);
        }
        return word;
    }

    @EveryPlace
    void texts_and_bytes_go_both_ways_one_or_several(Place place) {
        try (var pair = place.open(Words.saying(MetadataTest::echo))) {
            var reply = new Reply();
            var options = CallOptions.defaults().reply(reply).header("value", "a").header("Value", "b, c").header("value-bin", BYTES)
                    .header("value-bin", new byte[0]);
            assertThat(Words.say(pair.client(), options, "word")).isEqualTo("word");
            assertThat(reply.headers().all("seen")).containsExactly("a", "b, c");
            assertThat(reply.headers().get("SEEN")).contains("b, c");
            assertThat(reply.headers().allBytes("seen-bin")).containsExactly(BYTES, new byte[0]);
            assertThat(reply.trailers().all("seen")).containsExactly("A", "B, C");
            assertThat(reply.trailers().allBytes("seen-bin")).containsExactly(BYTES, new byte[0]);
            assertThat(reply.headers().names()).contains("seen", "seen-bin");
        }
    }

    @EveryPlace
    void a_name_that_did_not_come_has_no_value(Place place) {
        try (var pair = place.open(Words.saying(_ -> Call.current().headers().get("x").isPresent() + " " + Call.current().headers().all("x")))) {
            var reply = new Reply();
            assertThat(Words.say(pair.client(), CallOptions.defaults().reply(reply), "")).isEqualTo("false []");
            assertThat(reply.headers().get("x")).isEmpty();
            assertThat(reply.trailers().bytes("x-bin")).isEmpty();
        }
    }

    @EveryPlace
    void headers_may_leave_before_there_is_a_response(Place place) throws Exception {
        var go = new CountDownLatch(1);
        try (var pair = place.open(Words.listing((_, responses) -> {
            Call.current().responseHeaders().set("cost", "much");
            Call.current().sendHeaders();
            go.await();
            responses.send("late");
        }))) {
            var reply = new Reply();
            try (var words = pair.client().serverStream(Words.LIST, CallOptions.defaults().reply(reply), "")) {
                await().until(() -> reply.headers().get("cost").isPresent());
                assertThat(reply.headers().get("cost")).contains("much");
                go.countDown();
                assertThat(words).containsExactly("late");
            }
        }
    }

    @EveryPlace
    void where_there_is_one_response_they_leave_with_it(Place place) {
        try (var pair = place.open(Words.saying(word -> {
            Call.current().responseHeaders().set("cost", "much");
            Call.current().sendHeaders();
            Call.current().sendHeaders(); // once is enough
            Call.current().trailers().set("sum", "12");
            return word;
        }))) {
            var reply = new Reply();
            assertThat(Words.say(pair.client(), CallOptions.defaults().reply(reply), "word")).isEqualTo("word");
            assertThat(reply.headers().all("cost")).containsExactly("much");
            assertThat(reply.trailers().get("sum")).contains("12");
        }
    }

    @EveryPlace
    void trailers_go_with_a_failure(Place place) {
        try (var pair = place.open(Words.saying(_ -> {
            Call.current().trailers().set("from-call", "1");
            var failure = new RpcException(Status.FAILED_PRECONDITION, "not yet");
            failure.trailers().set("from-failure", "2").set("from-failure-bin", BYTES);
            throw failure;
        }))) {
            var reply = new Reply();
            var failure = failure(() -> Words.say(pair.client(), CallOptions.defaults().reply(reply), ""));
            assertThat(failure.trailers().get("from-call")).contains("1");
            assertThat(failure.trailers().get("from-failure")).contains("2");
            assertThat(failure.trailers().bytes("from-failure-bin")).contains(BYTES);
            assertThat(reply.trailers().get("from-failure")).contains("2");
        }
    }

    @Test
    void a_reply_shows_the_last_call() {
        try (var pair = Place.TCP.open(Words.saying(MetadataTest::echo))) {
            var reply = new Reply();
            Words.say(pair.client(), CallOptions.defaults().reply(reply).header("value", "first"), "");
            Words.say(pair.client(), CallOptions.defaults().reply(reply), "");
            assertThat(reply.headers().names()).doesNotContain("seen");
            assertThat(reply.trailers().names()).doesNotContain("seen");
        }
    }

    @Test
    void options_are_values_whose_headers_nobody_changes() {
        var plain = CallOptions.defaults();
        var one = plain.header("a", "1");
        var two = one.header("a", "2");
        two.headers().set("a", "3");
        assertThat(plain.headers().names()).isEmpty();
        assertThat(one.headers().all("a")).containsExactly("1");
        assertThat(two.headers().all("a")).containsExactly("1", "2");
    }

    @Test
    void what_bytes_are_given_may_change_afterwards() {
        var bytes = BYTES.clone();
        var metadata = new Metadata().add("x-bin", bytes);
        Arrays.fill(bytes, (byte) 9);
        assertThat(metadata.bytes("x-bin")).contains(BYTES);
    }

    @Test
    void what_cannot_be_sent_is_refused_where_it_is_set() {
        var metadata = new Metadata();
        assertThatThrownBy(() -> metadata.set("x", "grün")).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("x")
                .hasMessageContaining("2");
        assertThatThrownBy(() -> metadata.add("x", "line\nfeed")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> metadata.set("with space", "v")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> metadata.set("x", BYTES)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> metadata.set("x-bin", "text")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CallOptions.defaults().header("x", "ü")).isInstanceOf(IllegalArgumentException.class);
        assertThat(metadata.names()).isEmpty();
    }

    @Test
    void names_can_be_set_and_removed() {
        var metadata = new Metadata().add("a", "1").add("A", "2").add("b-bin", BYTES);
        assertThat(metadata.set("a", "3").all("a")).containsExactly("3");
        assertThat(metadata.set("b-bin", new byte[] {1}).allBytes("b-bin")).containsExactly(new byte[] {1});
        assertThat(metadata.remove("a").remove("b-bin").names()).isEmpty();
    }

    @EveryPlace
    void more_than_the_server_takes_fails_that_call_only(Place place) {
        try (var pair = place.open(Words.saying(word -> word))) {
            assertThat(failure(() -> Words.say(pair.client(), CallOptions.defaults().header("big", "x".repeat(20_000)), "")).status())
                    .isIn(Status.RESOURCE_EXHAUSTED, Status.INTERNAL);
            assertThat(Words.say(pair.client(), "next")).isEqualTo("next");
        }
    }

    @EveryPlace
    void what_is_more_than_the_client_takes_is_left_out_and_named(Place place) {
        try (var pair = place.open(Words.saying(word -> {
            Call.current().responseHeaders().set("big", "x".repeat(word.length() * 20_000)).set("small", "1");
            return word;
        }))) {
            var reply = new Reply();
            assertThat(Words.say(pair.client(), CallOptions.defaults().reply(reply), "1")).isEqualTo("1");
            assertThat(reply.headers().get("big")).isEmpty();
            assertThat(reply.headers().get("small")).contains("1");
            assertThat(reply.trailers().get("weft-left-out")).contains("big");
            assertThat(Words.say(pair.client(), CallOptions.defaults().reply(reply), "")).isEmpty();
            assertThat(reply.headers().get("big")).contains("");
            assertThat(reply.trailers().get("weft-left-out")).isEmpty();
        }
    }

    @EveryPlace
    void how_much_is_taken_can_be_set(Place place) {
        try (var pair = place.open(s -> s.maxHeaderSize(100_000), c -> c.maxHeaderSize(200_000), Words.saying(MetadataTest::echo))) {
            var reply = new Reply();
            Words.say(pair.client(), CallOptions.defaults().reply(reply).header("value", "x".repeat(50_000)), "");
            assertThat(reply.headers().get("seen").orElseThrow()).hasSize(50_000);
        }
    }
}
