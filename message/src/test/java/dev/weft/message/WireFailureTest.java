package dev.weft.message;

import static dev.weft.message.WireBytes.frame;
import static dev.weft.message.WireBytes.hex;
import static dev.weft.message.WireBytes.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ProtocolException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Connection;
import dev.weft.net.Server;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a body that is no message costs: its connection, unless onFailure forgives it (SPEC PR-W11, PR-D6). */
@Timeout(30)
class WireFailureTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final byte[] MALFORMED = frame(hex("1a0578"));
    private static final byte[] HELLO = WireVector.HELLO.bytes();

    private final LinkedBlockingQueue<Exception> told = new LinkedBlockingQueue<>();
    private final WireFailures failures = new WireFailures();

    private static Messages echo() {
        return new Messages().on("client msg", (m, peer) -> peer.send(m));
    }

    private Exception failure() throws InterruptedException {
        return Objects.requireNonNull(told.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS), "nobody was asked");
    }

    @Test
    @DisplayName("PR-W11: by default the connection is closed, after the answers to what came before")
    void byDefaultTheConnectionIsClosed() throws Exception {
        try (var server = echo().open(Server.tcp("localhost", 0).observer(failures)).start(); var peer = WirePeer.to(server)) {
            peer.say(join(HELLO, MALFORMED, HELLO));
            assertThat(peer.hearAll()).isEqualTo(HELLO);
            assertThat(failures.next()).isInstanceOf(MalformedMessageException.class);
        }
    }

    @Test
    @DisplayName("PR-W11: no other connection is harmed")
    void noOtherConnectionIsHarmed() throws Exception {
        try (var server = echo().open(Server.tcp("localhost", 0).observer(failures)).start();
                var other = new Messages().open(Connection.to(server.address()));
                var peer = WirePeer.to(server)) {
            assertThat(other.request("client msg", "before", PATIENCE).text()).isEqualTo("before");
            peer.say(MALFORMED);
            assertThat(peer.hearAll()).isEmpty();
            assertThat(other.request("client msg", "after", PATIENCE).text()).isEqualTo("after");
        }
    }

    @Test
    @DisplayName("PR-W11, PR-D6: onFailure is asked, and what it says not to forgive closes the connection")
    void onFailureIsAsked() throws Exception {
        var messages = echo().observer(Observed.failure((failure, peer) -> {
            told.add(failure);
            return false;
        }));
        try (var server = messages.open(Server.tcp("localhost", 0).observer(failures)).start(); var peer = WirePeer.to(server)) {
            peer.say(join(MALFORMED, HELLO));
            assertThat(peer.hearAll()).isEmpty();
            assertThat(failure()).isInstanceOf(MalformedMessageException.class);
            assertThat(messages.stats().failures()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("PR-W11, PR-D6: what onFailure forgives is skipped, and the frames that have come already are read on")
    void whatIsForgivenIsSkipped() throws Exception {
        var messages = echo().observer(Observed.failure((failure, peer) -> told.add(failure)));
        try (var server = messages.open(Server.tcp("localhost", 0).observer(failures)).start(); var peer = WirePeer.to(server)) {
            peer.say(join(HELLO, MALFORMED, HELLO, MALFORMED, MALFORMED, HELLO)); // in one segment: nothing else comes (PR-BUG-13)
            assertThat(peer.hear(3 * HELLO.length)).isEqualTo(join(HELLO, HELLO, HELLO));
            assertThat(told).hasSize(3);
        }
    }

    @Test
    @DisplayName("PR-D6: a protocol error is told to onFailure, and ends the connection whatever it says")
    void aProtocolErrorEndsTheConnectionWhateverOnFailureSays() throws Exception {
        var messages = echo().observer(Observed.failure((failure, peer) -> told.add(failure)));
        try (var server = messages.open(Server.tcp("localhost", 0).observer(failures)).start(); var peer = WirePeer.to(server)) {
            peer.say(join(hex("3c57 ffffffff"), HELLO));
            assertThat(peer.hearAll()).isEmpty();
            assertThat(failure()).isInstanceOf(ProtocolException.class).isNotInstanceOf(MalformedMessageException.class)
                    .hasMessageContaining("4294967295");
        }
    }

    @Test
    @DisplayName("PR-W11: a client's connection is closed too, and its peer says why")
    void aClientsConnectionIsClosed() throws Exception {
        try (var listener = WirePeer.listener();
                var client = echo().open(Connection.to("localhost", listener.getLocalPort()));
                var peer = WirePeer.from(listener)) {
            peer.say(join(HELLO, MALFORMED, HELLO));
            assertThat(peer.hearAll()).isEqualTo(HELLO);
            assertThatThrownBy(client::join).hasCauseInstanceOf(MalformedMessageException.class);
            assertThat(client.failure()).containsInstanceOf(MalformedMessageException.class);
        }
    }

    @Test
    @DisplayName("PR-W11: a client that forgives reads on")
    void aClientThatForgivesReadsOn() throws Exception {
        var messages = echo().observer(Observed.failure((failure, peer) -> told.add(failure)));
        try (var listener = WirePeer.listener();
                var client = messages.open(Connection.to("localhost", listener.getLocalPort()));
                var peer = WirePeer.from(listener)) {
            peer.say(join(MALFORMED, HELLO));
            assertThat(peer.hear(HELLO.length)).isEqualTo(HELLO);
            assertThat(client.connected()).isTrue();
            assertThat(failure()).isInstanceOf(MalformedMessageException.class);
        }
    }

    @Test
    @DisplayName("PR-W13: the end of the stream inside a message is told to onFailure; the end between two is not")
    void theEndInsideAMessageIsTold() throws Exception {
        var messages = echo().observer(Observed.failure((failure, peer) -> told.add(failure)));
        try (var server = messages.open(Server.tcp("localhost", 0).observer(failures)).start();
                var whole = WirePeer.to(server);
                var torn = WirePeer.to(server)) {
            whole.say(HELLO);
            whole.end();
            assertThat(whole.hearAll()).isEqualTo(HELLO);
            torn.say(hex("3c57 000000"));
            torn.end();
            assertThat(torn.hearAll()).isEmpty();
            assertThat(failure()).isInstanceOf(ProtocolException.class);
            HostileStage.eventually().untilAsserted(() -> assertThat(server.stats().active()).isZero());
            assertThat(told).isEmpty();
        }
    }
}
