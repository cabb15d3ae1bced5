package dev.weft.rpc;

import static dev.weft.rpc.Words.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;

import dev.weft.net.Address;
import dev.weft.net.DrainReport;
import dev.weft.rpc.RpcService.Definition;
import dev.weft.testkit.ManualTime;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Nobody waits for ever for what others do or leave undone (SPEC RPC-7, RPC-10, RPC-12)")
@Timeout(90)
class LimitsOfPatienceTest {
    @ParameterizedTest
    @EnumSource(names = {"TCP", "UNIX", "MEMORY"})
    void a_request_that_does_not_come_gives_its_place_back(Place place) {
        var time = new ManualTime();
        try (var pair = place.open(server -> server.maxCalls(1).requestTimeout(Duration.ofHours(1)).time(time), client -> client,
                Words.saying(word -> word));
                var silent = pair.client().exchange(Words.SAY, CallOptions.defaults())) {
            await().until(() -> pair.server().stats().begun() == 1);
            time.advance(Duration.ofHours(2));
            assertThat(failure(silent::receive).status()).isEqualTo(Status.DEADLINE_EXCEEDED);
            assertThat(Words.say(pair.client(), "next")).isEqualTo("next");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "MEMORY"})
    void a_method_of_many_requests_may_wait_for_them_longer(Place place) {
        var time = new ManualTime();
        try (var pair = place.open(server -> server.requestTimeout(Duration.ofHours(1)).time(time), client -> client, Words.chatting((in, out) -> {
            for (var word : in) {
                out.send(word);
            }
        })); var chat = Words.chat(pair.client())) {
            chat.send("early");
            assertThat(chat.receive()).isEqualTo("early");
            time.advance(Duration.ofHours(5));
            chat.send("late");
            assertThat(chat.receive()).isEqualTo("late");
        }
    }

    @Test
    void a_drain_waits_until_what_was_answered_has_left() throws InterruptedException {
        var large = "x".repeat(3 << 20);
        try (var pair = Place.TCP.open(Words.listing((word, out) -> {
            for (int i = 0; i < 8; i++) {
                out.send(word);
            }
            out.send(large);
        })); var slow = Words.list(pair.client(), "word")) {
            await().until(() -> pair.server().stats().begun() == 1 && pair.server().stats().active() == 0);
            var report = new DrainReport[1];
            var drain = Thread.ofVirtual().start(() -> report[0] = pair.server().drain(Duration.ofSeconds(60)));
            assertThat(pair.server().join(Duration.ofMillis(300))).isFalse();

            var lengths = new ArrayList<Integer>();
            slow.forEach(word -> lengths.add(word.length()));
            drain.join();
            assertThat(lengths).containsExactly(4, 4, 4, 4, 4, 4, 4, 4, 3 << 20);
            assertThat(report[0].clean()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "MEMORY"})
    void a_codec_that_runs_out_of_stack_ends_its_own_call_only(Place place) {
        var deep = new RpcMethod<>(Words.NAME + "/Deep", new RpcCodec<String>() {
            @Override
            public String decode(InputStream in) throws IOException {
                throw new StackOverflowError("deep");
            }

            @Override
            public byte[] encode(String message) {
                return new byte[0];
            }
        }, Words.TEXT);
        RpcService service = () -> Definition.of(Words.NAME).unary(deep, word -> word).unary(Words.SAY, word -> word);
        try (var pair = place.open(service)) {
            var called = new RpcMethod<>(deep.name(), Words.TEXT, Words.TEXT);
            assertThat(failure(() -> pair.client().unary(called, CallOptions.defaults(), "x")).status()).isEqualTo(Status.INTERNAL);
            assertThat(Words.say(pair.client(), "word")).isEqualTo("word");
            await().untilAsserted(() -> assertThat(pair.server().stats().active()).isZero());
        }
    }

    @Test
    void several_addresses_may_be_numbers_of_ipv6() throws IOException {
        try (var server = RpcServer.tcp("::1", 0).start(Words.saying(word -> word));
                var client = RpcClient.to(Address.of("::1", 1), server.address()).open()) {
            assertThat(Words.say(client, "word")).isEqualTo("word");
        }
    }

    @Test
    void an_interrupted_thread_waits_for_the_end_all_the_same() throws IOException {
        var server = RpcServer.tcp("127.0.0.1", 0).start(Words.saying(word -> word));
        Thread.currentThread().interrupt();
        server.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThatThrownBy(() -> {
            try (var client = RpcClient.to(server.address()).open()) {
                Words.say(client, "word");
            }
        }).isInstanceOfSatisfying(RpcException.class, e -> assertThat(e.status()).isEqualTo(Status.UNAVAILABLE));
    }
}
