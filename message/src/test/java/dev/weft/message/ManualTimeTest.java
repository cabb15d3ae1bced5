package dev.weft.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Address;
import dev.weft.net.Backoff;
import dev.weft.net.Connection;
import dev.weft.net.Server;
import dev.weft.testkit.ManualTime;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every wait of this module asks the clock that was set: requests, streams, redialing, first tries. */
@Timeout(60)
class ManualTimeTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final ManualTime time = new ManualTime();
    private final Ends ends = new Ends(Place.MEMORY);

    @AfterEach
    void end() throws Exception {
        ends.close();
    }

    private static <T> FutureTask<T> begin(Callable<T> call) {
        var task = new FutureTask<>(call);
        Thread.ofVirtual().start(task);
        return task;
    }

    @Test
    void aRequestsTimeout() throws Exception {
        var peer = ends.client(new Messages().on("silent", (m, p) -> ends.heard.add("asked")), new Messages().time(time));
        var longer = begin(() -> peer.request("silent", "", HOUR.multipliedBy(2)));
        assertThat(ends.next()).isEqualTo("asked");
        var request = begin(() -> peer.request("silent", "", HOUR));
        assertThat(ends.next()).isEqualTo("asked");
        time.awaitScheduled(HOUR);
        time.advance(HOUR.minusNanos(1));
        assertThat(request.isDone()).isFalse();
        time.advance(Duration.ofNanos(1));
        assertThatThrownBy(() -> request.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("no reply to silent in 3600000 ms");
        assertThat(longer.isDone()).isFalse();
        time.awaitScheduled(HOUR);
        time.advance(HOUR);
        assertThatThrownBy(() -> longer.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void aRequestsTimeoutOnTheReadingThread() throws Exception {
        var peer = ends.client(new Messages().on("go", (m, p) -> p.send("ask", "")).on("silent", (m, p) -> ends.heard.add("asked")),
                new Messages().time(time).on("ask", (m, p) -> {
                    try {
                        p.request("silent", "", HOUR);
                    } catch (SocketTimeoutException e) {
                        ends.heard.add("timed out");
                    }
                }));
        peer.send("go", "");
        assertThat(ends.next()).isEqualTo("asked");
        time.awaitScheduled(HOUR);
        time.advance(HOUR);
        assertThat(ends.next()).isEqualTo("timed out");
    }

    /** One timer serves all requests of a connection; none of them is left behind by those that are answered. */
    @Test
    void requestsThatAreAnsweredLeaveOneTimerAtMost() throws Exception {
        var peer = ends.client(new Messages().on("echo", (m, p) -> p.send(m.reply("echoed", ""))), new Messages().time(time));
        for (int i = 0; i < 100; i++) {
            peer.request("echo", "", HOUR);
        }
        assertThat(time.next()).contains(HOUR);
        time.advance(HOUR);
        assertThat(time.next().orElse(HOUR)).isLessThanOrEqualTo(HOUR);
        peer.request("echo", "", HOUR);
    }

    @Test
    void aPartsTimeout() throws Exception {
        var peer = ends.client(new Messages().on("parts", (m, p) -> p.stream(m, "part").write("one")), new Messages().time(time));
        try (var stream = peer.requestStream(Message.of("parts", ""))) {
            assertThat(stream.read().text()).isEqualTo("one");
            var part = begin(() -> stream.read(HOUR));
            time.awaitScheduled(HOUR);
            time.advance(HOUR);
            assertThatThrownBy(() -> part.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void whatIsSentInTheGapWaitsForTheWriteDeadline() throws Exception {
        var name = Address.memory("gap-" + System.identityHashCode(this));
        var server = new Messages().open(Server.at(name)).start();
        try (var peer = new Messages().time(time).reconnect(Backoff.fixed(HOUR)).observer(Observed.close(p -> ends.heard.add("lost")))
                .open(Connection.to(name))) {
            server.close();
            assertThat(ends.next()).isEqualTo("lost");
            time.awaitScheduled(HOUR);
            var sending = begin(() -> {
                peer.send("x", "");
                return null;
            });
            var write = peer.connection().deadlines().write();
            time.awaitScheduled(write);
            time.advance(write);
            assertThatThrownBy(() -> sending.get(10, TimeUnit.SECONDS)).hasMessageContaining("no new connection").hasMessageContaining("30000 ms");
        }
    }

    @Test
    void thePausesBetweenTries() throws Exception {
        var name = Address.memory("tries-" + System.identityHashCode(this));
        var server = new Messages().open(Server.at(name)).start();
        var peer = new Messages().time(time).reconnect(Backoff.fixed(HOUR).attempts(3)).open(Connection.to(name));
        server.close();
        for (int i = 0; i < 3; i++) {
            time.awaitScheduled(HOUR);
            time.advance(HOUR);
        }
        assertThatThrownBy(() -> peer.join(Ends.SOON)).isInstanceOf(UncheckedIOException.class).hasCauseInstanceOf(RetriesExhaustedException.class);
    }

    @Test
    void thePausesBeforeTheFirstConnection() throws Exception {
        var name = Address.memory("first-" + System.identityHashCode(this));
        var opening = begin(() -> new Messages().time(time).retries(Backoff.fixed(HOUR)).open(Connection.to(name)));
        time.awaitScheduled(HOUR);
        time.advance(HOUR);
        time.awaitScheduled(HOUR);
        try (var server = new Messages().open(Server.at(name)).start()) {
            time.advance(HOUR);
            try (var peer = opening.get(10, TimeUnit.SECONDS)) {
                assertThat(peer.connected()).isTrue();
                Awaitility.await().until(() -> server.connections().size() == 1);
            }
        }
    }
}
