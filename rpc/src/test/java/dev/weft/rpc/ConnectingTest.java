package dev.weft.rpc;

import static dev.weft.rpc.Meanwhile.await;
import static dev.weft.rpc.Words.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import dev.weft.net.Address;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("How a client gets at its server, and loses it (SPEC RPC-13)")
@Timeout(60)
class ConnectingTest {
    private static final RpcService ECHO = Words.saying(word -> word);

    /** An address where nobody is: it was somebody's just before. */
    private static Address nobody(Place place) throws IOException {
        try (var server = place.server().start(ECHO)) {
            return server.address();
        }
    }

    @Test
    void nothing_is_connected_before_the_first_call() {
        try (var pair = Place.TCP.open(ECHO)) {
            assertThat(pair.server().stats().connections()).isZero();
            Words.say(pair.client(), "one");
            Words.say(pair.client(), "two");
            assertThat(pair.server().stats().connections()).isOne();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "IPV6", "UNIX", "MEMORY"})
    void without_a_server_a_call_fails_at_once(Place place) throws IOException {
        try (var client = RpcClient.to(nobody(place)).open()) {
            assertThat(failure(() -> Words.say(client, "")).status()).isEqualTo(Status.UNAVAILABLE);
            try (var words = Words.list(client, "")) {
                assertThat(failure(words::receive).status()).isEqualTo(Status.UNAVAILABLE);
            }
            assertThat(failure(() -> Words.join(client, words -> words.send("one"))).status()).isEqualTo(Status.UNAVAILABLE);
            try (var chat = Words.chat(client)) {
                assertThat(failure(chat::receive).status()).isEqualTo(Status.UNAVAILABLE);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "IPV6", "UNIX", "MEMORY"})
    void one_that_waits_for_a_server_waits_until_the_deadline(Place place) throws IOException {
        try (var client = RpcClient.to(nobody(place)).open()) {
            var options = CallOptions.within(Duration.ofMillis(100)).waitForReady();
            assertThat(failure(() -> Words.say(client, options, "")).status()).isEqualTo(Status.DEADLINE_EXCEEDED);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "UNIX", "MEMORY"})
    void or_until_one_comes(Place place) throws Exception {
        var address = nobody(place);
        try (var client = RpcClient.to(address).open()) {
            assertThat(failure(() -> Words.say(client, "")).status()).isEqualTo(Status.UNAVAILABLE);
            var answer = Meanwhile.doing(() -> Words.say(client, CallOptions.defaults().waitForReady(), "patient"));
            try (var _ = RpcServer.at(address).start(ECHO)) {
                assertThat(answer.get()).isEqualTo("patient");
            }
        }
    }

    @EveryPlace
    void a_closed_client_makes_no_calls(Place place) {
        try (var pair = place.open(ECHO)) {
            Words.say(pair.client(), "word");
            pair.client().close();
            pair.client().close(); // again does nothing
            assertThatThrownBy(() -> Words.say(pair.client(), "")).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
            assertThatThrownBy(() -> Words.list(pair.client(), "")).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> Words.join(pair.client(), _ -> {})).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> Words.chat(pair.client())).isInstanceOf(IllegalStateException.class);
            await().until(() -> pair.server().stats().connections() == 0);
        }
    }

    @Test
    void a_server_that_is_there_again_is_found_again() throws IOException {
        var server = RpcServer.tcp("127.0.0.1", 0).start(ECHO);
        var port = server.port();
        try (var client = RpcClient.to("127.0.0.1", port).open()) {
            for (int i = 0; i < 3; i++) {
                assertThat(Words.say(client, CallOptions.defaults().waitForReady(), "w" + i)).isEqualTo("w" + i);
                server.close();
                server = RpcServer.tcp("127.0.0.1", port).start(ECHO);
            }
        } finally {
            server.close();
        }
    }

    @Test
    @SuppressWarnings("try") // closed early on purpose
    void of_several_servers_the_first_that_answers_is_used() throws IOException {
        var gone = nobody(Place.TCP);
        try (var one = Place.TCP.server().start(Words.saying(_ -> "one")); var two = Place.TCP.server().start(Words.saying(_ -> "two"));
                var client = RpcClient.to(gone, one.address(), two.address()).open()) {
            for (int i = 0; i < 10; i++) {
                assertThat(Words.say(client, "")).isEqualTo("one");
            }
            one.close();
            await().ignoreException(RpcException.class).until(() -> Words.say(client, ""), "two"::equals);
            assertThat(two.stats().connections()).isOne();
        }
    }

    @Test
    void or_all_of_them_by_turns() throws IOException {
        var gone = nobody(Place.TCP);
        try (var one = Place.TCP.server().start(Words.saying(_ -> "one")); var two = Place.TCP.server().start(Words.saying(_ -> "two"));
                var client = RpcClient.to(one.address(), two.address(), gone).roundRobin().open()) {
            var seen = new HashSet<String>();
            await().until(() -> {
                seen.add(Words.say(client, ""));
                return seen.equals(Set.of("one", "two"));
            });
            var next = List.of(Words.say(client, ""), Words.say(client, ""), Words.say(client, ""), Words.say(client, ""));
            assertThat(next).isIn(List.of("one", "two", "one", "two"), List.of("two", "one", "two", "one"));
        }
    }

    @Test
    void addresses_fit_together() {
        var tcp = Address.of("127.0.0.1", 1);
        var memory = Address.memory(UUID.randomUUID().toString());
        assertThatThrownBy(() -> RpcClient.to(tcp, memory).open()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RpcClient.to(memory, memory).open()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RpcClient.to(memory).tls().open()).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_client_says_whose_it_is() throws IOException {
        try (var client = RpcClient.to("127.0.0.1", 50051).open()) {
            assertThat(client).hasToString("rpc client of 127.0.0.1:50051");
        }
    }
}
