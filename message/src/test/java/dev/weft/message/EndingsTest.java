package dev.weft.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import dev.weft.net.Backoff;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happens to requests, streams, hooks and values when a connection ends, breaks, or is full, at an awkward moment. */
@Timeout(60)
class EndingsTest {
    private static final Backoff SOON_AGAIN = Backoff.exponential(Duration.ofMillis(5), Duration.ofMillis(50));

    private final Ends ends = new Ends(Place.MEMORY);

    @AfterEach
    void end() throws Exception {
        ends.close();
    }

    @Test
    void parallelHooksRunAgainAfterAReconnection() throws Exception {
        var peer = ends.client(new Messages().on("go", (m, p) -> p.send("beside", "")).on("drop", (m, p) -> p.connection().abort()),
                new Messages().reconnect(SOON_AGAIN).observer(Observed.open(p -> ends.heard.add("open")))
                        .onParallel("beside", (m, p) -> ends.heard.add("beside")));
        for (int i = 0; i < 3; i++) {
            assertThat(ends.next()).isEqualTo("open");
            peer.send("go", "");
            assertThat(ends.next()).isEqualTo("beside");
            peer.send("drop", "");
        }
    }

    @Test
    void aRequestThatIsMadeWhenThePeerHasEndedFails() throws Exception {
        var go = new Semaphore(0);
        var server = ends.serve(new Messages().onParallel("go", (m, p) -> {
            go.acquire();
            try {
                ends.heard.add("answered with " + p.request("anybody there?", "", Duration.ZERO));
            } catch (IOException e) {
                ends.heard.add(e.getMessage());
            }
        }));
        var peer = ends.connect(new Messages(), server);
        peer.send("go", "");
        peer.connection().shutdownOutput();
        Awaitility.await().until(() -> server.threads().stream().flatMap(t -> Arrays.stream(t.getStackTrace()))
                .anyMatch(frame -> frame.getMethodName().equals("endParallelHooks")));
        go.release();
        assertThat(ends.next()).contains("was not sent").contains("has ended");
        peer.join();
        Awaitility.await().until(() -> server.connections().isEmpty());
        assertThat(ends.failures).isEmpty();
    }

    @Test
    void requestsOfAConnectionThatCannotBeginFail() throws Exception {
        var logins = new AtomicInteger();
        var asked = new CountDownLatch(1);
        var peer = ends.client(new Messages().on("drop", (m, p) -> p.close()).on("silent", (m, p) -> asked.countDown()),
                new Messages().reconnect(SOON_AGAIN.attempts(1)).observer(Observed.open(p -> {
                    if (logins.incrementAndGet() > 1) {
                        ends.heard.add("again");
                        asked.await();
                        throw new IOException("wrong password");
                    }
                })));
        peer.send("drop", "");
        assertThat(ends.next()).isEqualTo("again");
        var asking = new FutureTask<>(() -> peer.request("silent", "", Duration.ZERO));
        Thread.ofVirtual().start(asking);
        assertThatThrownBy(() -> asking.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(IOException.class);
    }

    /** The replies lie behind the message that waits for room. */
    @Test
    void hooksBesideTheReaderThatFillItsRoomGetTheirReplies() throws Exception {
        var atServer = new Messages().parallelism(2).onParallel("go", (m, p) -> {
            var answer = p.request("ask", m.text(), Ends.SOON);
            p.send(m.reply("gone", answer.text()));
        });
        var peer = ends.client(atServer, new Messages().on("ask", (m, p) -> p.send(m.reply("answer", m.text() + "!"))));
        var replies = new ArrayList<FutureTask<String>>();
        for (int i = 0; i < 20; i++) {
            var n = "" + i;
            var task = new FutureTask<>(() -> peer.request("go", n, Ends.SOON).text());
            replies.add(task);
            Thread.ofVirtual().start(task);
        }
        for (int i = 0; i < 20; i++) {
            assertThat(replies.get(i).get(20, TimeUnit.SECONDS)).isEqualTo(i + "!");
        }
    }

    @Test
    void anyNumberOfStreamsMayFollowOneAnother() throws Exception {
        var seen = new AtomicInteger();
        var peer = ends.client(new Messages().parallelism(1).onStream("log", (parts, p) -> {
            for (var _ : parts) {
                seen.incrementAndGet();
            }
        }), new Messages());
        for (int i = 0; i < 2_000; i++) {
            try (var log = peer.stream("log")) {
                log.write("line");
            }
        }
        Awaitility.await().untilAsserted(() -> assertThat(seen).hasValue(2_000));
        assertThat(ends.failures).isEmpty();
    }

    @Test
    void closingFreesAReaderThatWaitsForSomebodyToReadAStream() throws Exception {
        var peer = ends.client(new Messages().onParallel("count", (m, p) -> {
            try (var down = p.stream(m, "counted")) {
                for (int i = 0; i < 10 * IncomingStream.MOST; i++) {
                    down.write("" + i);
                }
            }
        }), new Messages().observer(Observed.close(p -> ends.heard.add("closed"))));
        var parts = peer.requestStream(Message.of("count", ""));
        Awaitility.await().until(parts::isFull);
        peer.close();
        peer.join();
        assertThat(ends.next()).isEqualTo("closed");
    }

    @Test
    void anInterruptOfAHookOnTheReaderReachesThoseBesideIt() throws Exception {
        var forEver = new Semaphore(0);
        var server = ends.serve(new Messages().onParallel("beside", (m, p) -> {
            try {
                ends.heard.add("beside");
                forEver.acquire();
            } catch (InterruptedException e) {
                ends.heard.add("interrupted");
            }
        }).on("block", (m, p) -> {
            ends.heard.add("block");
            forEver.acquire();
        }));
        var peer = ends.connect(new Messages(), server);
        peer.send("beside", "");
        assertThat(ends.next()).isEqualTo("beside");
        peer.send("block", "");
        assertThat(ends.next()).isEqualTo("block");
        assertThat(server.drain(Duration.ofMillis(20)).interrupted()).isEqualTo(1);
        assertThat(ends.next()).isEqualTo("interrupted");
    }

    @Test
    void aMessageOverTheBoundOfAWaitingHookIsNotLost() throws Exception {
        var first = new AtomicInteger();
        var server = new Messages().on("up", (m, p) -> p.request("down", "", Ends.SOON)).on("big", (m, p) -> ends.heard.add("big " + m.data().length))
                .observer(Observed.failure((failure, p) -> ends.heard.add(failure.getMessage().substring(0, 9))));
        var peer = ends.client(server, new Messages().on("down", (m, p) -> {
            p.send("big", new byte[first.getAndIncrement() == 0 ? 5 << 20 : 1]);
            p.send(m.reply("down", ""));
        }));
        peer.send("up", "");
        assertThat(ends.next()).isEqualTo("more than");
        assertThat(ends.next()).isEqualTo("big " + (5 << 20));
        peer.send("up", "");
        assertThat(ends.next()).isEqualTo("big 1");
    }

    /** PR-D6, PR-W12: nothing forgives a broken stream, though a hook meets it. */
    @Test
    void whatAHookMeetsInABrokenStreamEndsTheConnection() throws Exception {
        var server = ends.serve(new Messages().limit(100).on("up", (m, p) -> p.request("down", "", Ends.SOON))
                .on("next", (m, p) -> ends.heard.add("next")).observer(Observed.failure((failure, p) -> true)));
        try (var raw = Place.MEMORY.to(server).open()) {
            var frames = raw.frames(Message.framing());
            frames.write(Message.of("up", ""));
            assertThat(frames.read().is("down")).isTrue();
            frames.writeAll(List.of(Message.of("long", "x".repeat(200)), Message.of("next", "")));
            assertThat(raw.receive(1)).isEmpty();
        }
        assertThat(ends.failure()).isInstanceOf(ProtocolException.class);
        assertThat(ends.heard).isEmpty();
    }

    /** PR-W11: what is forgiven costs nothing, though a hook meets it. */
    @Test
    void aMalformedBodyThatIsForgivenCostsAWaitingHookNothing() throws Exception {
        var server = ends.serve(new Messages().on("up", (m, p) -> ends.heard.add(p.request("down", "", Ends.SOON).text()))
                .observer(Observed.failure((failure, p) -> failure instanceof MalformedMessageException)));
        try (var raw = Place.MEMORY.to(server).open()) {
            var frames = raw.frames(Message.framing());
            frames.write(Message.of("up", ""));
            var request = frames.read();
            raw.send(new byte[] {'<', 'W', 0, 0, 0, 1, 7});
            frames.write(request.reply("down", "good"));
            assertThat(ends.next()).isEqualTo("good");
        }
    }

    /** PR-BUG-14: a peer that leaves is nobody's failure, though a hook waits for it or writes to it. */
    @Test
    void aPeerThatLeavesIsNoHooksFailure() throws Exception {
        var judged = Collections.synchronizedList(new ArrayList<Exception>());
        Hook ask = (m, p) -> p.request("leave", "", Ends.SOON);
        var server = ends.serve(new Messages().on("ask", ask).onParallel("ask beside", ask)
                .on("write", (m, p) -> {
                    p.connection().abort();
                    p.send("x", "");
                }).observer(Observed.close(p -> ends.heard.add("closed")).andFailure((failure, p) -> judged.add(failure))));
        for (var how : List.of("ask", "ask beside", "write")) {
            var peer = ends.connect(new Messages().on("leave", (m, p) -> p.close()), server);
            peer.send(how, "");
            assertThat(ends.next()).isEqualTo("closed");
            peer.join();
            assertThat(peer.failure()).isEmpty();
        }
        assertThat(judged).isEmpty();
        assertThat(ends.failures).isEmpty();
    }

    @Test
    void aClientThatClosesWhileItsHookWaitsHasNotFailed() throws Exception {
        var peer = ends.client(new Messages().observer(Observed.open(p -> p.send("go", ""))).on("ask", (m, p) -> ends.heard.add("asked")),
                new Messages().onParallel("go", (m, p) -> p.request("ask", "", Duration.ZERO)));
        assertThat(ends.next()).isEqualTo("asked");
        peer.close();
        peer.join();
        assertThat(peer.failure()).isEmpty();
    }

    @Test
    void aRequestWithoutATimeoutOutlivesHeartbeats() throws Exception {
        var beat = Duration.ofMillis(30);
        var server = new Messages().heartbeat(beat).on("up", (m, p) -> ends.heard.add(p.request("slow", "", Duration.ZERO).text()));
        ends.client(server, new Messages().onParallel("slow", (m, p) -> {
            Awaitility.await().until(() -> server.stats().received() >= 4); // its answers to three heartbeats
            p.send(m.reply("slow", "done"));
        })).send("up", "");
        assertThat(ends.next()).isEqualTo("done");
    }

    @Test
    void aTimeoutMayBeAsLongAsItLikes() throws Exception {
        var peer = ends.client(new Messages().on("echo", (m, p) -> p.send(m.reply("echoed", "x"))), new Messages());
        assertThat(peer.request("echo", "", Duration.ofSeconds(Long.MAX_VALUE)).text()).isEqualTo("x");
        try (var stream = peer.requestStream(Message.of("echo", ""))) {
            assertThat(stream.read(Duration.ofSeconds(Long.MAX_VALUE)).text()).isEqualTo("x");
        }
    }

    @Test
    void aHookCannotWaitForItsOwnEnd() throws Exception {
        ends.client(new Messages().on("x", (m, p) -> p.join()), new Messages()).send("x", "");
        assertThat(ends.failure()).isInstanceOf(IllegalStateException.class).hasMessageContaining("own connection");
    }

    // Values.

    private static final class Closing implements AutoCloseable {
        private final List<String> log;

        Closing(List<String> log) {
            this.log = log;
        }

        @Override
        public void close() {
            log.add("closed");
        }
    }

    @Test
    void aValueAskedForBetweenTwoOpeningsIsLoadedAtTheNext() throws Exception {
        var log = new ArrayList<String>();
        var key = Key.shared("model", () -> new Closing(log));
        var messages = new Messages();
        messages.open(ends.builder()).close();
        assertThatThrownBy(() -> messages.get(key)).isInstanceOf(LoadException.class).hasMessageContaining("closed");
        assertThat(log).containsExactly("closed");
        try (var server = messages.open(ends.builder())) {
            assertThat(messages.get(key)).isNotNull();
            assertThat(server.port()).isNotNegative();
        }
        assertThat(log).containsExactly("closed", "closed");
    }

    @Test
    void aValueAskedForAfterAConnectionsEndIsClosedAtOnce() throws Exception {
        var log = new ArrayList<String>();
        var key = Key.perConnection("own", () -> new Closing(log));
        var peer = ends.client(new Messages(), new Messages());
        peer.close();
        peer.join();
        assertThatThrownBy(() -> peer.get(key)).isInstanceOf(LoadException.class);
        assertThat(log).containsExactly("closed");
    }

    @Test
    void anInterruptedLoaderIsAskedAgain() throws Exception {
        var tries = new AtomicInteger();
        var key = Key.shared("slow", () -> {
            if (tries.incrementAndGet() == 1) {
                ends.heard.add("loading");
                new Semaphore(0).acquire();
            }
            return "there";
        });
        var messages = new Messages();
        var asking = new FutureTask<>(() -> messages.get(key));
        var thread = Thread.ofVirtual().start(asking);
        ends.next();
        thread.interrupt();
        assertThatThrownBy(asking::get).hasCauseInstanceOf(LoadException.class);
        assertThat(messages.get(key)).isEqualTo("there");
    }

    @Test
    void aConnectionMayBeginWithoutItsEagerValueToo() throws Exception {
        var key = Key.perConnection("broken", () -> {
            throw new IOException("no file");
        });
        var peer = ends.client(new Messages().eager(key).startAnyway().on("echo", (m, p) -> p.send(m.reply("echoed", "x"))), new Messages());
        assertThat(peer.request("echo", "", Ends.SOON).text()).isEqualTo("x");
    }

    @Test
    void anErrorWhileAValueIsClosedLetsNobodyWaitForEver() throws Exception {
        var key = Key.<AutoCloseable>perConnection("bad", () -> () -> {
            throw new NoClassDefFoundError("gone");
        });
        var shared = Key.<AutoCloseable>shared("bad", () -> () -> {
            throw new NoClassDefFoundError("gone");
        });
        var server = ends.serve(new Messages().eager(shared));
        var peer = ends.connect(new Messages().eager(key, shared), server);
        peer.close();
        peer.join();
        server.close();
        assertThat(server.state()).isEqualTo(dev.weft.net.LifeState.ENDED);
    }

    /** PR-H4: by name where it is known; and no peer fills the log. */
    @Test
    void messagesWithoutAHookAreLoggedTenTimes() throws Exception {
        var lines = Collections.synchronizedList(new ArrayList<String>());
        var logger = Logger.getLogger("dev.weft.message");
        var tap = new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(new java.util.logging.SimpleFormatter().formatMessage(line));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(tap);
        try {
            new Messages().on("a name that is known", (m, p) -> {});
            var messages = new Messages().on("sync", (m, p) -> p.send(m.reply("synced", "")));
            var peer = ends.client(messages, new Messages().on("anything", (m, p) -> ends.heard.add("sent")));
            peer.send("a name that is known", "");
            for (int i = 0; i < 50; i++) {
                peer.send(Message.of(-i - 1, new byte[0]));
            }
            peer.request("sync", "", Ends.SOON);
            var logged = lines.stream().filter(line -> line.startsWith("No such hook")).toList();
            assertThat(logged).hasSize(10).first().asString().startsWith("No such hook[type=a name that is known], asked for by memory:");
            assertThat(logged).element(1).asString().startsWith("No such hook[type=-1]");
            assertThat(logged).last().asString().endsWith("its next ones are counted and not logged");
            assertThat(messages.stats().unknown()).isEqualTo(51);
            assertThat(ends.heard).isEmpty();
        } finally {
            logger.removeHandler(tap);
        }
    }
}
