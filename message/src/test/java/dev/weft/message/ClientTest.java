package dev.weft.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.weft.net.Address;
import dev.weft.net.Backoff;
import dev.weft.net.Connection;
import dev.weft.net.Deadlines;
import dev.weft.net.LifeState;
import dev.weft.net.Server;
import dev.weft.testkit.ManualTime;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client's life: SPEC PR-C1 to PR-C5, and reconnection. */
@Timeout(60)
class ClientTest {
    private static final Backoff SOON_AGAIN = Backoff.exponential(Duration.ofMillis(5), Duration.ofMillis(50));
    private static final Hook ECHO = (m, peer) -> peer.send(m.reply("echoed", m.data()));

    private final Ends ends = new Ends(Place.MEMORY);

    @AfterEach
    void end() throws Exception {
        ends.close();
    }

    private static Address nobody() throws IOException {
        try (var acceptor = Server.tcp("localhost", 0).listen()) {
            return acceptor.address();
        }
    }

    /** PR-C2: three more tries, then the original's words; and it may be opened again. */
    @Test
    void itTriesFourTimesAndSaysSo() throws Exception {
        var messages = new Messages();
        var where = Connection.to(nobody());
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> messages.open(where)).isInstanceOfSatisfying(RetriesExhaustedException.class, e -> {
                assertThat(e).hasMessageStartingWith("Connection reach the max retry times[limit=3]").hasCauseInstanceOf(ConnectException.class);
                assertThat(e.limit()).isEqualTo(3);
            });
        }
        assertThat(catchThrowable(() -> new Messages().retries(Backoff.never()).open(where))).hasMessageContaining("[limit=0]");
    }

    /** PR-C2: a fresh socket each try; who comes late is found. */
    @Test
    void itGetsThroughToAServerThatComesLate() throws Exception {
        var address = nobody();
        var opening = new FutureTask<>(() -> new Messages().retries(SOON_AGAIN).open(Connection.to(address)));
        Thread.ofVirtual().start(opening);
        Awaitility.await().pollDelay(Duration.ofMillis(20)).until(() -> !opening.isDone());
        try (var server = new Messages().on("echo", ECHO).open(Server.tcp("localhost", address.port())).start();
                var peer = opening.get(10, TimeUnit.SECONDS)) {
            assertThat(server.port()).isEqualTo(address.port());
            assertThat(peer.request("echo", "x", Ends.SOON).text()).isEqualTo("x");
        }
    }

    /** PR-C4: wait_until_finish. */
    @Test
    void joinWaitsForTheEnd() throws Exception {
        var peer = ends.client(new Messages().on("bye", (m, p) -> p.close()), new Messages());
        var joining = new FutureTask<>(() -> {
            peer.join();
            return peer.state();
        });
        Thread.ofVirtual().start(joining);
        assertThat(peer.connected()).isTrue();
        peer.send("bye", "");
        assertThat(joining.get(10, TimeUnit.SECONDS)).isEqualTo(LifeState.ENDED);
        assertThat(peer.failure()).isEmpty();
    }

    /** PR-D6: the default of a client; what ended it can be asked for. */
    @Test
    void aHookThatThrowsEndsTheClient() throws Exception {
        var peer = ends.client(new Messages().observer(Observed.open(p -> p.send("hello", ""))), new Messages().on("hello", (m, p) -> {
            throw new IllegalStateException("not expected");
        }));
        assertThatThrownBy(peer::join).isInstanceOf(IllegalStateException.class).hasMessage("not expected");
        assertThat(peer.failure()).get().isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> peer.send("x", "")).isInstanceOf(IOException.class);
    }

    @Test
    void itMakesAnotherConnectionWhenItsIsLost() throws Exception {
        var key = Key.<String>of("own");
        var atServer = new Messages().on("echo", ECHO).on("drop", (m, p) -> p.connection().abort());
        var peer = ends.client(atServer, new Messages().reconnect(SOON_AGAIN)
                .observer(Observed.open(p -> ends.heard.add("open")).andClose(p -> ends.heard.add("close"))));
        peer.set(key, "kept");
        var first = peer.connection();
        for (int i = 0; i < 3; i++) {
            assertThat(ends.next()).isEqualTo("open");
            peer.send("drop", "");
            assertThat(ends.next()).isEqualTo("close");
        }
        assertThat(ends.next()).isEqualTo("open");
        assertThat(peer.request("echo", "x", Ends.SOON).text()).isEqualTo("x");
        assertThat(peer.connection()).isNotSameAs(first);
        assertThat(peer.get(key)).isEqualTo("kept");
        peer.close();
        assertThat(ends.next()).isEqualTo("close");
        peer.join();
        assertThat(ends.heard).isEmpty();
    }

    @Test
    void whatIsSentWhileThereIsNoConnectionWaitsForTheNext() throws Exception {
        var name = Address.memory("client-away");
        var atServer = new Messages().on("note", (m, p) -> ends.heard.add(m.text()));
        var server = atServer.open(Server.at(name)).start();
        try (var peer = new Messages().reconnect(SOON_AGAIN).observer(Observed.close(p -> ends.heard.add("lost"))).open(Connection.to(name))) {
            server.close();
            assertThat(ends.next()).isEqualTo("lost");
            var sending = Thread.ofVirtual().start(() -> {
                try {
                    peer.send("note", "at last");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            Awaitility.await().until(() -> sending.getState() == Thread.State.WAITING);
            try (var again = atServer.open(Server.at(name)).start()) {
                assertThat(ends.next()).isEqualTo("at last");
                assertThat(again.connections()).hasSize(1);
            }
        }
    }

    @Test
    void waitingForAConnectionIsBoundedAndEndsWithThePeer() throws Exception {
        var name = Address.memory("client-gone");
        var server = new Messages().open(Server.at(name)).start();
        var peer = new Messages().reconnect(SOON_AGAIN).observer(Observed.close(p -> ends.heard.add("lost")))
                .open(Connection.to(name).deadlines(Deadlines.defaults().write(Duration.ofMillis(50))));
        server.close();
        ends.next();
        assertThatThrownBy(() -> peer.send("x", "")).isInstanceOf(SocketTimeoutException.class).hasMessageContaining("no new connection");
        peer.close();
        peer.join();
        assertThatThrownBy(() -> peer.send("x", "")).isInstanceOf(IOException.class).isNotInstanceOf(SocketTimeoutException.class);
    }

    /** Who would make the next connection can't wait for it. */
    @Test
    void whatIsSentAtAConnectionsEndFailsAtOnce() throws Exception {
        var peer = ends.client(new Messages().on("drop", (m, p) -> p.connection().abort()),
                new Messages().reconnect(SOON_AGAIN).observer(Observed.close(p -> {
                    try {
                        p.send("too late", "");
                    } catch (IOException e) {
                        ends.heard.add(e.getMessage());
                    }
                })));
        peer.send("drop", "");
        assertThat(ends.next()).contains("is lost").contains("this hook must return");
    }

    @Test
    void itGivesUpWhenItsBackoffDoes() throws Exception {
        var name = Address.memory("client-given-up");
        var server = new Messages().open(Server.at(name)).start();
        var peer = new Messages().reconnect(SOON_AGAIN.attempts(3)).open(Connection.to(name));
        server.close();
        assertThatThrownBy(peer::join).isInstanceOf(UncheckedIOException.class).hasCauseInstanceOf(RetriesExhaustedException.class);
        assertThat(peer.connected()).isFalse();
        assertThat(peer.state()).isEqualTo(LifeState.ENDED);
        assertThat(peer.failure()).get().isInstanceOfSatisfying(RetriesExhaustedException.class, e -> assertThat(e.limit()).isEqualTo(3));
        assertThatThrownBy(() -> peer.send("x", "")).isInstanceOf(IOException.class);
    }

    /** A login that is refused again and again is no reason to try for ever at the first pace. */
    @Test
    void aConnectionThatCannotBeginCountsAsATry() throws Exception {
        var logins = new AtomicInteger();
        var peer = ends.client(new Messages().on("drop", (m, p) -> p.close()),
                new Messages().reconnect(SOON_AGAIN.attempts(3)).observer(Observed.open(p -> {
                    if (logins.incrementAndGet() > 1) {
                        throw new IOException("wrong password");
                    }
                })));
        peer.send("drop", "");
        assertThatThrownBy(peer::join).hasCauseInstanceOf(RetriesExhaustedException.class);
        assertThat(logins).hasValue(4);
        assertThat(peer.failure()).get().isInstanceOf(RetriesExhaustedException.class);
    }

    /** Nor is a server that accepts and drops. */
    @Test
    void aConnectionThatBroughtNoMessageCountsAsATry() throws Exception {
        var accepted = new AtomicInteger();
        var peer = ends.client(new Messages().observer(Observed.open(p -> {
            accepted.incrementAndGet();
            p.close();
        })), new Messages().reconnect(SOON_AGAIN.attempts(5)));
        assertThatThrownBy(peer::join).hasCauseInstanceOf(RetriesExhaustedException.class);
        assertThat(peer.failure()).get().isInstanceOfSatisfying(RetriesExhaustedException.class, e -> assertThat(e.limit()).isEqualTo(5));
        assertThat(accepted).hasValue(6);
    }

    @Test
    void aConnectionThatBroughtOnlyTheReplyToItsLoginCountsAsATry() throws Exception {
        var logins = new AtomicInteger();
        var peer = ends.client(new Messages().on("login", (m, p) -> p.send(m.reply("no", ""))).on("drop", (m, p) -> p.close()),
                new Messages().reconnect(SOON_AGAIN.attempts(3)).observer(Observed.open(p -> {
                    if (p.request("login", "", Ends.SOON).is("no") && logins.incrementAndGet() > 1) {
                        throw new IOException("wrong password");
                    }
                })));
        peer.send("drop", "");
        assertThatThrownBy(peer::join).hasCauseInstanceOf(RetriesExhaustedException.class);
        assertThat(logins).hasValue(4);
    }

    @Test
    void aConnectionThatBroughtAMessageBeginsTheCountAnew() throws Exception {
        var accepted = new AtomicInteger();
        var peer = ends.client(new Messages().observer(Observed.open(p -> {
            accepted.incrementAndGet();
            p.send("hello", "");
            p.close();
        })), new Messages().reconnect(SOON_AGAIN.attempts(1)).on("hello", (m, p) -> {}));
        Awaitility.await().until(() -> accepted.get() > 5);
        assertThat(peer.state()).isEqualTo(LifeState.RUNNING);
    }

    @Test
    void aFirstConnectionThatCannotBeginIsNotTriedAgain() throws Exception {
        var logins = new AtomicInteger();
        var server = ends.serve(new Messages());
        assertThatThrownBy(() -> ends.connect(new Messages().reconnect(SOON_AGAIN).observer(Observed.open(p -> {
            logins.incrementAndGet();
            throw new IOException("wrong password");
        })), server)).hasMessageContaining("wrong password");
        Awaitility.await().until(() -> server.connections().isEmpty());
        assertThat(logins).hasValue(1);
    }

    @Test
    void aRequestUnderWayFailsWhenItsConnectionIsLost() throws Exception {
        var peer = ends.client(new Messages().on("drop", (m, p) -> p.connection().abort()), new Messages().reconnect(SOON_AGAIN));
        assertThatThrownBy(() -> peer.request("drop", "", Ends.SOON)).isInstanceOf(IOException.class).hasMessageContaining("has ended");
    }

    /** A thousand clients lose one server; they come back, and not as one. */
    @Test
    void aThousandClientsComeBackSpreadOverTime() throws Exception {
        var clients = 1_000;
        var tenth = Duration.ofMillis(100);
        var time = new ManualTime();
        var first = new Messages().open(Server.tcp("localhost", 0)).start();
        var where = first.address();
        var peers = new ArrayList<Peer>();
        var atClients = new Messages().time(time).reconnect(Backoff.exponential(tenth.multipliedBy(10), Duration.ofSeconds(5)));
        for (int i = 0; i < clients; i++) {
            peers.add(atClients.open(Connection.to(where).deadlines(Deadlines.none())));
        }
        first.close();
        time.awaitWaiting(clients);
        try (var second = new Messages().open(Server.tcp("localhost", where.port())).start()) {
            for (int i = 0, before = 0; i < 10; i++) {
                time.advance(tenth);
                Awaitility.await().until(() -> second.stats().accepted() + time.waiting() == clients);
                var came = (int) second.stats().accepted();
                assertThat(came - before).as("came in a tenth of the time").isBetween(1, clients / 4);
                before = came;
            }
            assertThat(time.waiting()).isZero();
            Awaitility.await().until(() -> peers.stream().allMatch(Peer::connected));
            assertThat(second.connections()).hasSize(clients);
            for (var peer : peers) {
                peer.close();
            }
        }
    }
}
