package dev.weft.chat;

import static dev.weft.chat.Chats.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Address;
import dev.weft.net.Backoff;
import dev.weft.net.LifeState;
import dev.weft.testkit.ManualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every wait of the chat asks the clock that was set, and so do its stamps. */
@Timeout(60)
class ChatTimeTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final ManualTime time = new ManualTime();
    private final LogTap log = new LogTap();
    private final Heard<String> heard = new Heard<>();

    @AfterEach
    void close() {
        log.close();
    }

    private ChatClient.Options client() {
        return ChatClient.Options.defaults().wire(ChatWire.lines()).time(time).heard(heard).backoff(Backoff.fixed(HOUR));
    }

    @Test
    void aLostServerIsTriedAgainAfterThePause() throws Exception {
        var name = Address.memory("chat-time-redial");
        var first = new ChatServer(name, Chats.lines()).start();
        try (var client = new ChatClient(name, client()).start()) {
            assertThat(heard.next()).endsWith(" say hello");
            first.close();
            await().until(() -> !client.connected());
            time.awaitScheduled(HOUR);
            assertThat(client.state()).isEqualTo(LifeState.RUNNING);
            try (var second = new ChatServer(name, Chats.lines()).start()) {
                assertThat(second.state()).isEqualTo(LifeState.RUNNING);
                time.advance(HOUR);
                assertThat(heard.next()).endsWith(" say hello");
                assertThat(client.stats()).isEqualTo(new ChatClientStats(2, 0, 2));
            }
        }
    }

    @Test
    void itGivesUpAfterItsPauses() {
        var client = new ChatClient(Address.memory("chat-time-nobody"), client().backoff(Backoff.fixed(HOUR).attempts(2))).start();
        for (int i = 0; i < 2; i++) {
            time.awaitScheduled(HOUR);
            time.advance(HOUR);
        }
        assertThatThrownBy(client::join).isInstanceOf(UncheckedIOException.class).hasMessageContaining("gave up");
    }

    @Test
    void sendWaitsForItsLimit() throws Exception {
        var options = client().backoff(Backoff.fixed(HOUR.multipliedBy(3))).sendWithin(HOUR);
        try (var client = new ChatClient(Address.memory("chat-time-send"), options).start()) {
            time.awaitWaiting(1);
            var sending = new FutureTask<>(() -> {
                client.send("x");
                return null;
            });
            Thread.ofVirtual().start(sending);
            time.awaitScheduled(HOUR);
            time.advance(HOUR);
            assertThatThrownBy(() -> sending.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("3600000 ms");
        }
    }

    @Test
    void aClientThatRunsOnTheCallersThreadEndsWhenItIsDrained() throws Exception {
        var name = Address.memory("chat-time-run");
        try (var server = new ChatServer(name, Chats.lines()).start()) {
            var client = new ChatClient(name, client());
            var running = Thread.ofPlatform().start(client::run);
            assertThat(heard.next()).endsWith(" say hello");
            var report = client.drain(Duration.ZERO);
            assertThat(report.finished()).isEqualTo(1);
            assertThat(report.clean()).isTrue();
            assertThat(running.join(Duration.ofSeconds(10))).isTrue();
            assertThat(client.state()).isEqualTo(LifeState.ENDED);
            assertThat(client.drain(HOUR)).isSameAs(report);
            await().until(() -> server.clients().isEmpty());
        }
    }

    @Test
    void aServerThatRunsOnTheCallersThreadEndsWhenItIsDrained() throws Exception {
        var server = new ChatServer(Address.of("localhost", 0), Chats.lines());
        var running = new FutureTask<>(() -> {
            server.run();
            return true;
        });
        Thread.ofPlatform().start(running);
        await().until(() -> server.port() != 0);
        try (var peer = new Peer(server)) {
            assertThat(server.drain(Duration.ZERO).finished()).isEqualTo(1);
            peer.hearsTheEnd();
        }
        assertThat(running.get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(server.state()).isEqualTo(LifeState.ENDED);
    }

    @Test
    void stampsShowItsTimeOfDayInTheirZone() throws IOException {
        var options = Chats.lines().time(time).zone(ZoneOffset.ofHours(1));
        try (var server = new ChatServer(Address.of("localhost", 0), options).start(); var peer = new Peer(server)) {
            time.advance(Duration.ofSeconds(5));
            assertThat(time.now()).isEqualTo(Instant.parse("2000-01-01T00:00:05Z"));
            peer.say("x\n");
            assertThat(peer.line()).startsWith("[2000-01-01 01:00:05] ");
        }
    }

    @Test
    void negativeLimitsAreRefused() {
        var before = Duration.ofSeconds(-1);
        assertThatIllegalArgumentException().isThrownBy(() -> new ChatClient().drain(before)).withMessageStartingWith("drain: ");
        assertThatIllegalArgumentException().isThrownBy(() -> new ChatServer().drain(before)).withMessageStartingWith("drain: ");
        assertThatIllegalArgumentException().isThrownBy(() -> client().sendWithin(before)).withMessageStartingWith("sendWithin: ");
        assertThatIllegalArgumentException().isThrownBy(() -> client().grace(before)).withMessageStartingWith("grace: ");
    }
}
