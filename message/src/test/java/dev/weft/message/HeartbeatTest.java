package dev.weft.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.SocketTimeoutException;
import java.time.Duration;

import dev.weft.net.Connection;
import dev.weft.net.Deadlines;
import dev.weft.net.Server;
import dev.weft.testkit.ManualTime;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Heartbeats, with time moved by hand. */
@Timeout(60)
class HeartbeatTest {
    private static final Duration BEAT = Duration.ofSeconds(10);

    private final ManualTime time = new ManualTime();
    private final Ends ends = new Ends(Place.MEMORY);

    @AfterEach
    void end() throws Exception {
        ends.close();
    }

    private Server serve(Messages messages) throws Exception {
        return ends.serve(messages, ends.builder().time(time));
    }

    /** Weft answers by itself, so a silent connection lives on. */
    @Test
    void aSilentPeerThatAnswersLives() throws Exception {
        var messages = new Messages().heartbeat(BEAT).on("echo", (m, p) -> p.send(m.reply("echoed", "")));
        var atClient = new Messages();
        var server = serve(messages);
        var peer = ends.connect(atClient, server);
        for (int i = 1; i <= 5; i++) {
            time.awaitWaiting(1);
            time.advance(BEAT);
            var beats = i;
            Awaitility.await().until(() -> messages.stats().received() == beats && atClient.stats().received() == beats);
        }
        peer.request("echo", "", Ends.SOON);
        assertThat(server.connections()).hasSize(1);
    }

    /** The original knows no heartbeats; neither does a peer that is gone without a word. */
    @Test
    void aSilentPeerThatDoesNotAnswerIsClosed() throws Exception {
        var server = serve(new Messages().heartbeat(BEAT));
        try (var silent = Connection.to(server.address()).open()) {
            Awaitility.await().until(() -> server.connections().size() == 1);
            time.awaitWaiting(1);
            time.advance(BEAT);
            assertThat(silent.frames(Message.framing()).read().is("weft ping")).isTrue();
            time.awaitWaiting(1);
            time.advance(BEAT);
            assertThat(silent.receive(1)).isEmpty();
        }
        assertThat(ends.failure()).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void anIdleDeadlineThatIsShorterWins() throws Exception {
        var server = ends.serve(new Messages().heartbeat(BEAT), ends.builder().time(time).deadlines(Deadlines.defaults().idle(BEAT.dividedBy(2))));
        try (var silent = Connection.to(server.address()).open()) {
            Awaitility.await().until(() -> server.connections().size() == 1);
            time.awaitWaiting(1);
            time.advance(BEAT.dividedBy(2));
            assertThat(silent.receive(1)).isEmpty();
        }
        assertThat(ends.failure()).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void aHookOfTheHeartbeatsNameGetsIt() throws Exception {
        var peer = ends.client(new Messages().on("weft ping", (m, p) -> ends.heard.add("ping")), new Messages());
        peer.send("weft ping", "");
        assertThat(ends.next()).isEqualTo("ping");
    }
}
