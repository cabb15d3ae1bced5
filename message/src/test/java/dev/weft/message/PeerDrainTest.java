package dev.weft.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Backoff;
import dev.weft.net.DrainReport;
import dev.weft.net.LifeState;
import dev.weft.testkit.ManualTime;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a peer is ended from our side, with time moved by hand. */
@Timeout(60)
class PeerDrainTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration LAST_CALL = Duration.ofSeconds(1);

    private final ManualTime time = new ManualTime();
    private final Ends ends = new Ends(Place.MEMORY);
    private final CountDownLatch go = new CountDownLatch(1);

    @AfterEach
    void end() throws Exception {
        go.countDown();
        ends.close();
    }

    private Messages messages() {
        return new Messages().time(time).grace(Duration.ZERO);
    }

    /** A hook that runs until it is told to end. */
    private void wait(Message m, Peer p) throws InterruptedException, IOException {
        ends.heard.add("begun");
        go.await();
        p.send(m.reply("done", ""));
    }

    private Messages server() {
        return new Messages().on("ask", (m, p) -> p.send("work", "")).on("done", (m, p) -> ends.heard.add("answered"));
    }

    private static FutureTask<DrainReport> draining(Peer peer, Duration limit) {
        var task = new FutureTask<>(() -> peer.drain(limit));
        Thread.ofVirtual().start(task);
        Awaitility.await().until(() -> peer.state() != LifeState.RUNNING);
        return task;
    }

    private static DrainReport of(FutureTask<DrainReport> drain) throws Exception {
        return drain.get(20, TimeUnit.SECONDS);
    }

    @Test
    void aHookOnTheReadingThreadMayAnswer() throws Exception {
        aHookMayAnswer(messages().on("work", this::wait));
    }

    @Test
    void aHookBesideTheReadingThreadMayAnswer() throws Exception {
        aHookMayAnswer(messages().onParallel("work", this::wait));
    }

    private void aHookMayAnswer(Messages messages) throws Exception {
        var peer = ends.client(server(), messages);
        peer.send("ask", "");
        assertThat(ends.next()).isEqualTo("begun");
        var drain = draining(peer, LIMIT);
        assertThat(peer.state()).isEqualTo(LifeState.DRAINING);
        assertThat(peer.connected()).isTrue();
        go.countDown();
        var report = of(drain);
        assertThat(report.clean()).isTrue();
        assertThat(report.finished()).isEqualTo(1);
        assertThat(ends.next()).isEqualTo("answered");
        assertThat(peer.state()).isEqualTo(LifeState.ENDED);
        assertThat(peer.connected()).isFalse();
        assertThat(peer.failure()).isEmpty();
    }

    @Test
    void noFurtherHookBegins() throws Exception {
        var peer = ends.client(new Messages().on("ask", (m, p) -> {
            p.send("work", "");
            p.send("next", "");
        }), messages().on("work", this::wait).on("next", (m, p) -> ends.heard.add("next")));
        peer.send("ask", "");
        assertThat(ends.next()).isEqualTo("begun");
        var drain = draining(peer, Duration.ZERO);
        go.countDown();
        assertThat(of(drain).finished()).isEqualTo(1);
        assertThat(ends.heard).isEmpty();
    }

    @Test
    void hooksThatAreLateAreInterrupted() throws Exception {
        var peer = ends.client(server(), messages().on("work", this::wait).onParallel("beside", this::wait));
        peer.send("ask", "");
        assertThat(ends.next()).isEqualTo("begun");
        var drain = draining(peer, LIMIT);
        time.awaitScheduled(LIMIT);
        time.advance(LIMIT);
        var report = of(drain);
        assertThat(report.interrupted()).isEqualTo(1);
        assertThat(report.finished()).isZero();
        assertThat(report.stragglers()).singleElement().satisfies(s -> assertThat(s.stack()).anyMatch(f -> f.getMethodName().equals("wait")));
        assertThat(peer.state()).isEqualTo(LifeState.ENDED);
        assertThat(peer.failure()).isEmpty();
    }

    @Test
    void aHookThatDoesNotEndEvenThenLosesItsConnection() throws Exception {
        var peer = ends.client(server(), messages().onParallel("work", (m, p) -> {
            ends.heard.add("begun");
            while (go.getCount() > 0) {
                try {
                    go.await();
                } catch (InterruptedException e) {
                    ends.heard.add("interrupted");
                }
            }
        }));
        peer.send("ask", "");
        assertThat(ends.next()).isEqualTo("begun");
        var drain = draining(peer, LIMIT);
        time.awaitScheduled(LIMIT);
        time.advance(LIMIT);
        assertThat(ends.next()).isEqualTo("interrupted");
        time.advanceUntil(LAST_CALL, drain::isDone);
        assertThat(of(drain).aborted()).isEqualTo(1);
        assertThat(peer.state()).isEqualTo(LifeState.ENDED);
        assertThat(peer.connection().isOpen()).isFalse();
    }

    @Test
    void theFirstDrainWins() throws Exception {
        var peer = ends.client(server(), messages().onParallel("work", this::wait));
        peer.send("ask", "");
        assertThat(ends.next()).isEqualTo("begun");
        var first = draining(peer, LIMIT);
        var second = draining(peer, Duration.ofNanos(1));
        go.countDown();
        assertThat(of(second)).isSameAs(of(first));
        assertThat(peer.drain(LIMIT)).isSameAs(of(first));
    }

    @Test
    void aHookMayDrainItsOwnPeer() throws Exception {
        for (var parallel : new boolean[] {false, true}) {
            Hook drain = (m, p) -> ends.heard.add("" + p.drain(LIMIT).finished());
            var peer = ends.client(server(), parallel ? messages().onParallel("work", drain) : messages().on("work", drain));
            peer.send("ask", "");
            assertThat(ends.next()).isEqualTo("0");
            assertThat(peer.join(Ends.SOON)).isTrue();
            assertThat(peer.state()).isEqualTo(LifeState.ENDED);
        }
    }

    @Test
    void aPeerOfAServerIsDrainedToo() throws Exception {
        var at = new CountDownLatch(1);
        var peers = new ConcurrentLinkedQueue<Peer>();
        var server = ends.serve(messages().on("work", this::wait).observer(Observed.open(p -> {
            peers.add(p);
            at.countDown();
        })));
        var client = ends.connect(new Messages().on("done", (m, p) -> ends.heard.add("answered")), server);
        at.await();
        client.send("work", "");
        assertThat(ends.next()).isEqualTo("begun");
        var drain = draining(peers.element(), LIMIT);
        go.countDown();
        assertThat(of(drain).finished()).isEqualTo(1);
        assertThat(ends.next()).isEqualTo("answered");
        client.join();
        assertThat(ends.failures).isEmpty();
        assertThat(server.state()).isEqualTo(LifeState.RUNNING);
    }

    /** The server is not told of an interrupt that the peer's own drain has caused. */
    @Test
    void aLateHookOfAServersPeerIsInterruptedToo() throws Exception {
        var peers = new LinkedBlockingQueue<Peer>();
        var server = ends.serve(messages().on("work", this::wait).observer(Observed.open(peers::add)));
        var client = ends.connect(new Messages(), server);
        client.send("work", "");
        assertThat(ends.next()).isEqualTo("begun");
        var peer = peers.take();
        var drain = draining(peer, LIMIT);
        time.awaitScheduled(LIMIT);
        time.advance(LIMIT);
        assertThat(of(drain).interrupted()).isEqualTo(1);
        assertThat(peer.failure()).isEmpty();
        client.join();
        Awaitility.await().until(() -> server.connections().isEmpty());
        assertThat(ends.failures).isEmpty();
    }

    @Test
    void aServersPeersDrainWithIt() throws Exception {
        var peers = new LinkedBlockingQueue<Peer>();
        var server = ends.serve(new Messages().on("work", this::wait).observer(Observed.open(peers::add)));
        ends.connect(new Messages(), server).send("work", "");
        assertThat(ends.next()).isEqualTo("begun");
        var peer = peers.take();
        assertThat(peer.state()).isEqualTo(LifeState.RUNNING);
        var drain = new FutureTask<>(() -> server.drain(Ends.SOON));
        Thread.ofVirtual().start(drain);
        Awaitility.await().until(() -> peer.state() == LifeState.DRAINING);
        go.countDown();
        assertThat(of(drain).clean()).isTrue();
        assertThat(peer.state()).isEqualTo(LifeState.ENDED);
    }

    @Test
    void aClientBetweenTwoConnectionsEndsAtOnce() throws Exception {
        var peer = ends.client(new Messages().on("drop", (m, p) -> p.connection().abort()),
                messages().reconnect(Backoff.fixed(Duration.ofHours(1))));
        peer.send("drop", "");
        Awaitility.await().until(() -> !peer.connected());
        assertThat(peer.state()).isEqualTo(LifeState.RUNNING);
        assertThat(peer.drain(Duration.ZERO).clean()).isTrue();
        assertThatThrownBy(() -> peer.send("x", "")).isInstanceOf(IOException.class);
    }

    @Test
    void runWaitsForTheEndAndAnInterruptEndsIt() throws Exception {
        var peer = ends.client(new Messages(), messages());
        var running = Thread.ofVirtual().start(peer::run);
        Awaitility.await().until(() -> running.getState() == Thread.State.WAITING);
        running.interrupt();
        assertThat(running.join(Ends.SOON)).isTrue();
        assertThat(peer.state()).isEqualTo(LifeState.ENDED);
    }

    /** Counters are those of what lives and of what has ended. */
    @Test
    void aPeersCountersAreItsOwnAndOutliveIt() throws Exception {
        var atServer = new Messages().on("echo", (m, p) -> p.send(m.reply("echoed", "")));
        var atClient = messages();
        var server = ends.serve(atServer);
        var one = ends.connect(atClient, server);
        var other = ends.connect(atClient, server);
        one.request("echo", "", Duration.ZERO);
        other.request("echo", "", Duration.ZERO);
        other.request("echo", "", Duration.ZERO);
        assertThat(one.stats()).isEqualTo(new MessageStats(1, 1, 0, 0, 0));
        assertThat(other.stats()).isEqualTo(new MessageStats(2, 2, 0, 0, 0));
        assertThat(atClient.stats()).isEqualTo(new MessageStats(3, 3, 0, 0, 0));
        one.close();
        one.close();
        assertThat(one.stats().sent()).isEqualTo(1);
        assertThat(atClient.stats()).isEqualTo(new MessageStats(3, 3, 0, 0, 0));
        assertThat(atServer.stats().received()).isEqualTo(3);
    }

    @Test
    void aNegativeLimitIsRefused() throws Exception {
        var peer = ends.client(new Messages(), messages());
        assertThatIllegalArgumentException().isThrownBy(() -> peer.drain(Duration.ofSeconds(-1))).withMessageStartingWith("drain: ");
        assertThatIllegalArgumentException().isThrownBy(() -> new Messages().grace(Duration.ofSeconds(-1))).withMessageStartingWith("grace: ");
        assertThat(peer.state()).isEqualTo(LifeState.RUNNING);
    }
}
