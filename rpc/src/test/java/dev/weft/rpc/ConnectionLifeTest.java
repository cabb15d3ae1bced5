package dev.weft.rpc;

import static dev.weft.rpc.Meanwhile.await;
import static dev.weft.rpc.Words.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

@DisplayName("How many connections there are, and how long")
@Timeout(60)
class ConnectionLifeTest {
    private static final RpcService PEER = Words.saying(_ -> Call.current().peer());

    @Test
    void past_its_age_a_connection_is_left_for_another() {
        try (var pair = Place.TCP.open(s -> s.maxConnectionAge(Duration.ofSeconds(1), Duration.ofSeconds(5)), c -> c, PEER)) {
            var first = Words.say(pair.client(), "");
            assertThat(Words.say(pair.client(), "")).isEqualTo(first);
            await().until(() -> !Words.say(pair.client(), "").equals(first)); // no call fails meanwhile
        }
    }

    @Test
    void without_a_call_for_so_long_a_connection_ends() {
        try (var pair = Place.TCP.open(s -> s.maxConnectionIdle(Duration.ofSeconds(1)), c -> c, PEER)) {
            var first = Words.say(pair.client(), "");
            assertThat(pair.server().stats().connections()).isOne();
            await().until(() -> pair.server().stats().connections() == 0);
            assertThat(Words.say(pair.client(), "")).isNotEqualTo(first);
        }
    }

    @Test
    @SuppressWarnings("try") // closed early on purpose
    void one_connection_too_many_waits_until_another_ends() throws Exception {
        try (var pair = Place.TCP.open(s -> s.maxConnections(2), c -> c, PEER); var second = Place.TCP.client(pair.server()).open();
                var third = Place.TCP.client(pair.server()).open()) {
            Words.say(pair.client(), "");
            Words.say(second, "");
            assertThat(failure(() -> Words.say(third, CallOptions.within(Duration.ofMillis(200)).waitForReady(), "")).status())
                    .isEqualTo(Status.DEADLINE_EXCEEDED);
            assertThat(pair.server().stats().connections()).isEqualTo(2);
            var answer = Meanwhile.doing(() -> Words.say(third, CallOptions.defaults().waitForReady(), ""));
            second.close();
            assertThat(answer.get()).startsWith("ipv4:");
            assertThat(pair.server().stats().connections()).isEqualTo(2);
        }
    }

    @Test
    @SuppressWarnings("try") // closed early on purpose
    void of_many_that_wait_one_comes_in_when_one_ends() throws Exception {
        var waiting = new ArrayList<Socket>();
        try (var pair = Place.TCP.open(s -> s.maxConnections(2), c -> c, PEER); var second = Place.TCP.client(pair.server()).open()) {
            Words.say(pair.client(), "");
            Words.say(second, "");
            for (int i = 0; i < 8; i++) {
                waiting.add(new Socket("127.0.0.1", pair.server().port()));
            }
            second.close();
            // The first of those that wait is served: it is sent the server's settings.
            assertThat(waiting.getFirst().getInputStream().read()).isNotNegative();
            assertThat(pair.server().stats().connections()).isEqualTo(2);
            assertThat(Words.say(pair.client(), "")).startsWith("ipv4:");
        } finally {
            for (var socket : waiting) {
                socket.close();
            }
        }
    }

    @Test
    void a_client_that_says_nothing_is_dropped_after_its_handshake_time() throws IOException {
        try (var pair = Place.TCP.open(s -> s.handshakeTimeout(Duration.ofMillis(100)), c -> c, PEER);
                var silent = new Socket("127.0.0.1", pair.server().port())) {
            silent.setSoTimeout(30_000);
            while (silent.getInputStream().read() >= 0) {} // its settings, and then the end
            await().until(() -> pair.server().stats().connections() == 0);
            assertThat(Words.say(pair.client(), "")).startsWith("ipv4:");
        }
    }

    @Test
    void pings_on_either_side_disturb_no_call() {
        var often = Duration.ofMillis(10);
        try (var pair = Place.TCP.open(s -> s.keepAlive(often, Duration.ofSeconds(20)).permitKeepAlive(often, true),
                c -> c.keepAlive(Duration.ofSeconds(10), Duration.ofSeconds(20)).idleTimeout(Duration.ofMinutes(1)), PEER)) {
            var first = Words.say(pair.client(), "");
            for (int i = 0; i < 100; i++) {
                assertThat(Words.say(pair.client(), "")).isEqualTo(first);
            }
        }
    }

    /** It lost its calls after 30 s; nothing but waiting shows it, so it is for the profile matrix. */
    @Test
    @EnabledIfSystemProperty(named = "weft.exhaustive", matches = "true", disabledReason = "takes 35 s: mvn -P matrix")
    void a_client_that_pings_as_often_as_it_can_keeps_its_calls_of_a_server_that_was_told_nothing() {
        var never = new CountDownLatch(1);
        try (var pair = Place.TCP.open(s -> s, c -> c.keepAlive(Duration.ofSeconds(10), Duration.ofSeconds(20)),
                Words.saying(word -> never.await(35, TimeUnit.SECONDS) ? "released" : word))) {
            assertThat(Words.say(pair.client(), "35 s later")).isEqualTo("35 s later");
        }
    }

    @Test
    void a_client_that_would_ping_more_often_is_told_at_once() {
        var client = RpcClient.to("127.0.0.1", 1);
        assertThatThrownBy(() -> client.keepAlive(Duration.ofMillis(9_999), Duration.ofSeconds(1))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 10 s");
        assertThatThrownBy(() -> client.keepAlive(Duration.ofSeconds(10), Duration.ZERO)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("timeout");
    }

    @Test
    void times_are_positive() {
        var server = RpcServer.tcp(0);
        for (var wrong : new Duration[] {Duration.ZERO, Duration.ofSeconds(-1)}) {
            assertThatThrownBy(() -> server.keepAlive(wrong, wrong)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> server.maxConnectionAge(wrong, wrong)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> server.maxConnectionIdle(wrong)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> server.handshakeTimeout(wrong)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> RpcClient.to("127.0.0.1", 1).keepAlive(wrong, Duration.ofSeconds(1)).open())
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void times_that_are_longer_than_anybody_waits_are_no_error() {
        var endless = Duration.ofSeconds(Long.MAX_VALUE);
        try (var pair = Place.TCP.open(
                s -> s.keepAlive(endless, endless).permitKeepAlive(endless, true).maxConnectionAge(endless, endless).maxConnectionIdle(endless),
                c -> c.keepAlive(endless, endless).idleTimeout(endless), PEER)) {
            assertThat(Words.say(pair.client(), "")).startsWith("ipv4:");
        }
    }
}
