package dev.weft.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.concurrent.Semaphore;

import dev.weft.net.Connection;
import dev.weft.net.Group;
import dev.weft.net.LifeState;
import dev.weft.net.Outbox;
import dev.weft.net.Server;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Servers of messages from open to close (SPEC PR-S1 to PR-S7), groups, and clients that are slow. */
class LifeTest extends EveryPlaceTest {
    /** PR-S2: bound by open; who connects before it serves is served then. */
    @Test
    void whoConnectsBeforeItServesIsServedThen() throws Exception {
        assumeNoHandshake();
        var messages = new Messages().on("note", (m, p) -> ends.heard.add(m.text()));
        try (var server = messages.open(ends.builder()); var peer = new Messages().open(place.to(server))) {
            peer.send("note", "early");
            assertThat(ends.heard).isEmpty();
            server.start();
            assertThat(ends.next()).isEqualTo("early");
        }
    }

    /** PR-S3: the caller's own thread serves until the server ends. */
    @Test
    void serveForeverBlocksUntilItEnds() throws Exception {
        var messages = new Messages().on("echo", (m, p) -> p.send(m.reply("echoed", "")));
        try (var server = messages.open(ends.builder())) {
            var serving = Thread.ofPlatform().start(server::run);
            ends.connect(new Messages(), server).request("echo", "", Ends.SOON);
            assertThat(serving.isAlive()).isTrue();
            server.drain(Ends.SOON);
            assertThat(serving.join(Ends.SOON)).isTrue();
        }
    }

    private void assumeNoHandshake() {
        org.junit.jupiter.api.Assumptions.assumeTrue(place != Place.TLS, "a TLS client returns from open when the server has answered");
    }

    /** PR-S6: a second start is a clear error, a second open is a second server. */
    @Test
    void openedTwiceItIsTwoServers() throws Exception {
        var messages = new Messages().on("echo", (m, p) -> p.send(m.reply("echoed", "")));
        var one = ends.serve(messages);
        var two = ends.serve(messages);
        ends.connect(new Messages(), one).request("echo", "", Ends.SOON);
        ends.connect(new Messages(), two).request("echo", "", Ends.SOON);
        assertThatIllegalStateException().isThrownBy(one::start);
        assertThat(messages.stats().received()).isEqualTo(2);
    }

    /** PR-S7: close ends it within its grace though hooks block, on the reading thread and beside it. */
    @Test
    void closeEndsWhatBlocks() throws Exception {
        var forEver = new Semaphore(0);
        var server = ends.serve(new Messages().on("block", (m, p) -> {
            ends.heard.add("blocked");
            forEver.acquire();
        }).onParallel("beside", (m, p) -> {
            ends.heard.add("blocked");
            forEver.acquire();
        }), ends.builder().grace(Duration.ofMillis(50)));
        ends.connect(new Messages(), server).send("block", "");
        var beside = ends.connect(new Messages(), server);
        beside.send("beside", "");
        ends.next();
        ends.next();
        server.close();
        assertThat(server.state()).isEqualTo(LifeState.ENDED);
        assertThat(server.connections()).isEmpty();
        beside.join();
    }

    @Test
    void aHookMayCloseItsServer() throws Exception {
        for (var parallel : new boolean[] {false, true}) {
            var messages = new Messages();
            Hook stop = (m, p) -> {
                Server.current().close();
                ends.heard.add("closed");
            };
            var server = ends.serve(parallel ? messages.onParallel("stop", stop) : messages.on("stop", stop));
            ends.connect(new Messages(), server).send("stop", "");
            assertThat(ends.next()).isEqualTo("closed");
            Awaitility.await().until(() -> server.state() == LifeState.ENDED);
            assertThat(server.drain(Duration.ofNanos(1)).stragglers()).isEmpty();
        }
    }

    @Test
    void aGroupTellsAllItsMembers() throws Exception {
        var all = new Group<>(Message.framing());
        var server = ends.serve(new Messages().on("join", (m, p) -> {
            all.join(p.connection());
            p.send("joined", "");
        }).on("say", (m, p) -> all.send(Message.of("said", m.data()))));
        var atClients = new Messages().on("joined", (m, p) -> ends.heard.add("joined")).on("said", (m, p) -> ends.heard.add("heard " + m.text()));
        var peers = new Peer[] {ends.connect(atClients, server), ends.connect(atClients, server), ends.connect(atClients, server)};
        for (var peer : peers) {
            peer.send("join", "");
            assertThat(ends.next()).isEqualTo("joined");
        }
        peers[0].send("say", "hello");
        for (int i = 0; i < 3; i++) {
            assertThat(ends.next()).isEqualTo("heard hello");
        }
        peers[1].close();
        peers[1].join();
        Awaitility.await().until(() -> all.members().size() == 2);
    }

    /** The outbox policies are those of every group: a member that takes nothing is dropped, and nobody waits for it. */
    @Test
    void aMemberThatReadsNothingIsDroppedAndDelaysNobody() throws Exception {
        var all = new Group<>(Message.framing(), Outbox.disconnecting(10).bytes(1 << 16));
        var server = ends.serve(new Messages().on("join", (m, p) -> {
            all.join(p.connection());
            p.send("joined", "");
        }));
        var hearing = new Messages().on("joined", (m, p) -> ends.heard.add("joined")).on("said", (m, p) -> ends.heard.add(m.text()));
        var reader = ends.connect(hearing, server);
        try (var silent = place.to(server).open()) {
            silent.frames(Message.framing()).write(Message.of("join", ""));
            silent.frames(Message.framing()).read();
            reader.send("join", "");
            assertThat(ends.next()).isEqualTo("joined");
            for (int i = 0; i < 10_000 && all.members().size() == 2; i++) {
                all.send(Message.of("said", "x".repeat(10_000)));
                ends.next();
            }
            assertThat(all.members()).hasSize(1);
        }
    }

    @Test
    void sequentialServesOneAfterTheOther() throws Exception {
        org.junit.jupiter.api.Assumptions.assumeTrue(place != Place.PLATFORM_THREADS, "it has a concurrency of its own");
        var server = ends.serve(new Messages().on("echo", (m, p) -> p.send(m.reply("echoed", ""))),
                ends.builder().concurrency(dev.weft.net.Concurrency.sequential()));
        for (int i = 0; i < 3; i++) {
            try (var peer = new Messages().open(place.to(server))) {
                peer.request("echo", "", Ends.SOON);
            }
        }
        assertThat(ends.failures).isEmpty();
        assertThat(Connection.to(server.address())).isNotNull();
    }
}
