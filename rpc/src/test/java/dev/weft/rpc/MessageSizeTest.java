package dev.weft.rpc;

import static dev.weft.rpc.Words.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("How long messages may be, and how they are compressed (SPEC RPC-14)")
@Timeout(60)
class MessageSizeTest {
    private static final int LIMIT = 4_194_304;
    private static final CallOptions GZIP = CallOptions.defaults().compression("gzip");

    /** Answers with so many letters. */
    private static final RpcService LETTERS = Words.saying(number -> "x".repeat(Integer.parseInt(number)));
    private static final RpcService LENGTH = Words.saying(word -> "" + word.length());

    private static void tooLong(RpcException failure) {
        assertThat(failure.status()).isEqualTo(Status.RESOURCE_EXHAUSTED);
    }

    @EveryPlace
    void a_response_of_4_MiB_is_taken_and_none_longer(Place place) {
        try (var pair = place.open(LETTERS)) {
            assertThat(Words.say(pair.client(), "" + LIMIT)).hasSize(LIMIT);
            tooLong(failure(() -> Words.say(pair.client(), "" + (LIMIT + 1))));
            assertThat(Words.say(pair.client(), "3")).isEqualTo("xxx");
        }
    }

    @EveryPlace
    void so_is_a_request(Place place) {
        try (var pair = place.open(LENGTH)) {
            assertThat(Words.say(pair.client(), "x".repeat(LIMIT))).isEqualTo("" + LIMIT);
            tooLong(failure(() -> Words.say(pair.client(), "x".repeat(LIMIT + 1))));
            assertThat(Words.say(pair.client(), "xxx")).isEqualTo("3");
        }
    }

    @EveryPlace
    void so_is_each_of_a_stream(Place place) {
        try (var pair = place.open(s -> s.maxMessageSize(1_000), c -> c.maxMessageSize(1_000),
                Words.chatting((words, responses) -> words.forEach(n -> responses.send("x".repeat(Integer.parseInt(n))))))) {
            try (var chat = Words.chat(pair.client())) {
                chat.send("1000");
                assertThat(chat.receive()).hasSize(1_000);
                chat.send("1001");
                tooLong(failure(chat::receive));
            }
            try (var chat = Words.chat(pair.client())) {
                chat.send("0".repeat(1_001));
                tooLong(failure(chat::receive));
            }
        }
    }

    @EveryPlace
    void the_limit_can_be_set_on_either_side(Place place) {
        try (var pair = place.open(s -> s.maxMessageSize(10), c -> c.maxMessageSize(5_000_000), LETTERS)) {
            assertThat(Words.say(pair.client(), "5000000")).hasSize(5_000_000);
            tooLong(failure(() -> Words.say(pair.client(), "5000001")));
            tooLong(failure(() -> Words.say(pair.client(), "00000000001")));
        }
    }

    @EveryPlace
    void a_call_may_have_its_own(Place place) {
        try (var pair = place.open(s -> s, c -> c.maxMessageSize(100), LETTERS)) {
            tooLong(failure(() -> Words.say(pair.client(), "101")));
            var more = CallOptions.defaults().maxMessageSize(200);
            assertThat(Words.say(pair.client(), more, "200")).hasSize(200);
            tooLong(failure(() -> Words.say(pair.client(), more, "201")));
            tooLong(failure(() -> Words.say(pair.client(), "101")));
        }
    }

    @EveryPlace
    void a_request_may_be_compressed(Place place) {
        try (var pair = place.open(Words.saying(word -> Call.current().headers().all("grpc-encoding") + " " + word.length()))) {
            assertThat(Words.say(pair.client(), GZIP, "x".repeat(100_000))).endsWith(" 100000");
        }
    }

    @EveryPlace
    void responses_may_be_compressed_by_the_server(Place place) {
        try (var pair = place.open(s -> s.compression("gzip"), c -> c, LETTERS)) {
            var reply = new Reply();
            assertThat(Words.say(pair.client(), CallOptions.defaults().reply(reply), "100000")).hasSize(100_000);
            assertThat(Words.say(pair.client(), GZIP, "100000")).hasSize(100_000);
        }
    }

    @EveryPlace
    void or_by_the_method(Place place) {
        try (var pair = place.open(s -> s.compression("gzip"), c -> c, Words.listing((names, responses) -> {
            Call.current().compression(names);
            responses.send("x".repeat(1_000));
            responses.send("");
            try {
                Call.current().compression("gzip");
            } catch (IllegalStateException e) {
                responses.send("too late");
            }
        }))) {
            for (var name : List.of("gzip", "identity")) {
                try (var words = Words.list(pair.client(), name)) {
                    assertThat(words).containsExactly("x".repeat(1_000), "", "too late");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "TLS", "UNIX"})
    void what_is_small_only_while_compressed_is_too_long_all_the_same(Place place) {
        try (var pair = place.open(s -> s.maxMessageSize(100_000).compression("gzip"), c -> c.maxMessageSize(100_000), LETTERS)) {
            tooLong(failure(() -> Words.say(pair.client(), "100001")));
            tooLong(failure(() -> Words.say(pair.client(), GZIP, "0".repeat(100_000) + "1")));
            assertThat(Words.say(pair.client(), GZIP, "100000")).hasSize(100_000);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "TLS", "UNIX"})
    void so_are_requests_for_messages_of_protocol_buffers(Place place) {
        try (var pair = place.open(s -> s.maxMessageSize(1_000), c -> c, new RouteService())) {
            var method = RpcMethod.of("routeguide.RouteGuide/RouteChat", RouteService.note(""), RouteService.note(""));
            try (var chat = pair.client().exchange(method, GZIP)) {
                chat.send(RouteService.note("x".repeat(10_000)));
                tooLong(failure(chat::receive));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "MEMORY"})
    void a_compression_that_nobody_knows_is_refused(Place place) {
        try (var pair = place.open(Words.saying(word -> {
            Call.current().compression(word);
            return word;
        }))) {
            assertThat(failure(() -> Words.say(pair.client(), "zip9")).status()).isEqualTo(Status.UNKNOWN); // the method's own mistake
            assertThatThrownBy(() -> Words.say(pair.client(), CallOptions.defaults().compression("zip9"), "gzip"))
                    .hasMessageContaining("zip9");
        }
    }
}
