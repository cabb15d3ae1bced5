package dev.weft.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Requests, and the replies that bear their ids. */
class RequestsTest extends EveryPlaceTest {
    private static final Hook ECHO = (m, peer) -> peer.send(m.reply("echoed", m.data()));
    private static final Duration BRIEFLY = Duration.ofMillis(50);

    @Test
    void aReplyIsFoundByItsIdAndIsNoHooks() throws Exception {
        var peer = ends.client(new Messages().on("echo", ECHO), new Messages().on("echoed", (m, p) -> ends.heard.add("hook")));
        assertThat(peer.request("echo", "one", Ends.SOON).text()).isEqualTo("one");
        assertThat(peer.request(Message.of("echo", "two"), Ends.SOON).is("echoed")).isTrue();
        assertThat(peer.request("echo", "three".getBytes(), Duration.ZERO).text()).isEqualTo("three");
        assertThat(ends.heard).isEmpty();
    }

    @Test
    void manyRequestsAreUnderWayAtOnceAndAnsweredInAnyOrder() throws Exception {
        var all = new CountDownLatch(100);
        var peer = ends.client(new Messages().onParallel("echo", (m, p) -> {
            all.countDown();
            all.await();
            ECHO.on(m, p);
        }), new Messages());
        var threads = new Thread[100];
        var got = new ConcurrentHashMap<Integer, String>();
        for (int i = 0; i < threads.length; i++) {
            var n = i;
            threads[i] = Thread.ofVirtual().start(() -> {
                try {
                    got.put(n, peer.request("echo", "" + n, Ends.SOON).text());
                } catch (IOException e) {
                    got.put(n, e.toString());
                }
            });
        }
        for (var thread : threads) {
            thread.join();
        }
        assertThat(got).hasSize(100).allSatisfy((n, text) -> assertThat(text).isEqualTo("" + n));
    }

    /** Odd from the client and even from the server, so that they never meet. */
    @Test
    void bothEndsMayAskAtOnce() throws Exception {
        var peer = ends.client(new Messages().onParallel("up", (m, p) -> {
            var down = p.request("down", "from the server", Ends.SOON);
            p.send(m.reply("up", m.id() % 2 + " " + down.text()));
        }), new Messages().on("down", (m, p) -> p.send(m.reply("down", m.id() % 2 + " " + m.text()))));
        for (int i = 0; i < 10; i++) {
            assertThat(peer.request("up", "", Ends.SOON).text()).isEqualTo("1 0 from the server");
        }
    }

    @Test
    void aHookOnTheReadingThreadMayAskToo() throws Exception {
        var peer = ends.client(new Messages().on("up", (m, p) -> {
            ends.heard.add("asks");
            p.send(m.reply("up", p.request("down", "x", Ends.SOON).text()));
        }).on("note", (m, p) -> ends.heard.add(m.text())), new Messages().on("down", (m, p) -> {
            p.send("note", "while it waits");
            p.send(m.reply("down", "y"));
        }));
        assertThat(peer.request("up", "", Ends.SOON).text()).isEqualTo("y");
        peer.send("note", "later");
        assertThat(ends.next()).isEqualTo("asks");
        assertThat(ends.next()).isEqualTo("while it waits");
        assertThat(ends.next()).isEqualTo("later");
    }

    @Test
    void aHookThatAsksGetsItsTimeoutAndTheConnectionGoesOn() throws Exception {
        var peer = ends.client(new Messages().on("up", (m, p) -> {
            try {
                p.request("silent", "", BRIEFLY);
            } catch (SocketTimeoutException e) {
                p.send(m.reply("up", "timed out"));
            }
        }), new Messages().on("silent", (m, p) -> {}));
        assertThat(peer.request("up", "", Ends.SOON).text()).isEqualTo("timed out");
        assertThat(peer.request("up", "", Ends.SOON).text()).isEqualTo("timed out");
    }

    @Test
    void whatComesWhileAHookWaitsForItsReplyIsBounded() throws Exception {
        var peer = ends.client(new Messages().on("up", (m, p) -> p.request("flood", "", Ends.SOON)), new Messages().on("flood", (m, p) -> {
            for (int i = 0; i < 2_000; i++) {
                p.send("note", "");
            }
        }));
        peer.send("up", "");
        assertThat(ends.failure()).hasMessageContaining("1024 messages").hasMessageContaining("onParallel");
    }

    @Test
    void aLateReplyIsDroppedAndCounted() throws Exception {
        var go = new Semaphore(0);
        var atClient = new Messages().on("echoed", (m, p) -> ends.heard.add("hook"));
        var peer = ends.client(new Messages().on("echo", (m, p) -> {
            go.acquire();
            ECHO.on(m, p);
        }), atClient);
        assertThatThrownBy(() -> peer.request("echo", "late", BRIEFLY)).isInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("echo").hasMessageContaining("50 ms");
        go.release(2);
        assertThat(peer.request("echo", "in time", Ends.SOON).text()).isEqualTo("in time");
        assertThat(atClient.stats().lateReplies()).isEqualTo(1);
        assertThat(ends.heard).isEmpty();
    }

    /** The first README's ids and a low-level sender's −1: a message of any id that nobody waits for is a hook's. */
    @Test
    void anIdThatNobodyAskedUnderGoesToAHook() throws Exception {
        var peer = ends.client(new Messages().on("n", (m, p) -> ends.heard.add("" + m.id())), new Messages());
        for (var id : new long[] {-1, 2, 1, Long.MIN_VALUE}) {
            peer.send(Message.of("n", "").id(id));
            assertThat(ends.next()).isEqualTo("" + id);
        }
    }

    @Test
    void theEndOfTheConnectionEndsTheWaiting() throws Exception {
        var peer = ends.client(new Messages().on("bye", (m, p) -> p.close()), new Messages());
        assertThatThrownBy(() -> peer.request("bye", "", Ends.SOON)).isInstanceOf(IOException.class)
                .isNotInstanceOf(SocketTimeoutException.class).hasMessageContaining("bye").hasMessageContaining("has ended");
        assertThatThrownBy(() -> peer.request("again", "", Ends.SOON)).isInstanceOf(IOException.class);
    }

    @Test
    void anInterruptEndsTheWaitingAndNothingElse() throws Exception {
        var peer = ends.client(new Messages().on("silent", (m, p) -> ends.heard.add("asked")).on("echo", ECHO), new Messages());
        var task = new FutureTask<>(() -> peer.request("silent", "", Ends.SOON));
        var thread = Thread.ofVirtual().start(task);
        ends.next();
        Awaitility.await().until(() -> thread.getState() == Thread.State.WAITING);
        thread.interrupt();
        assertThatThrownBy(() -> task.get(10, TimeUnit.SECONDS)).cause().isInstanceOf(InterruptedIOException.class);
        assertThat(peer.request("echo", "still here", Ends.SOON).text()).isEqualTo("still here");
    }

    @Test
    void aMessageOverTheLimitIsRefusedAndNothingIsSent() throws Exception {
        var peer = ends.client(new Messages().on("echo", ECHO), new Messages().limit(100));
        assertThatThrownBy(() -> peer.request("echo", "x".repeat(100), Ends.SOON)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("limit of 100 bytes");
        assertThat(peer.request("echo", "short", Ends.SOON).text()).isEqualTo("short");
    }

    /** A hook waits for a reply; a drain lets it have it. */
    @Test
    void aDrainLetsAHookHaveItsReply() throws Exception {
        var go = new Semaphore(0);
        var server = ends.serve(new Messages().on("up", (m, p) -> {
            ends.heard.add("asks");
            p.request("down", "", Ends.SOON);
            ends.heard.add("answered");
        }));
        var peer = ends.connect(new Messages().onParallel("down", (m, p) -> {
            go.acquire();
            p.send(m.reply("down", ""));
        }), server);
        peer.send("up", "");
        assertThat(ends.next()).isEqualTo("asks");
        var drain = new FutureTask<>(() -> server.drain(Ends.SOON));
        Thread.ofVirtual().start(drain);
        Awaitility.await().until(() -> server.connections().stream().allMatch(dev.weft.net.Connection::draining));
        go.release();
        assertThat(ends.next()).isEqualTo("answered");
        assertThat(drain.get().stragglers()).isEmpty();
    }

    @Test
    void aDrainWaitsForParallelHooks() throws Exception {
        var go = new Semaphore(0);
        var server = ends.serve(new Messages().onParallel("slow", (m, p) -> {
            ends.heard.add("begun");
            go.acquire();
            p.send(m.reply("slow", "done"));
        }));
        var peer = ends.connect(new Messages(), server);
        var reply = new FutureTask<>(() -> peer.request("slow", "", Ends.SOON).text());
        Thread.ofVirtual().start(reply);
        assertThat(ends.next()).isEqualTo("begun");
        var drain = new FutureTask<>(() -> server.drain(Ends.SOON));
        Thread.ofVirtual().start(drain);
        Awaitility.await().until(() -> server.connections().stream().allMatch(dev.weft.net.Connection::draining));
        go.release();
        assertThat(reply.get()).isEqualTo("done");
        assertThat(drain.get().stragglers()).isEmpty();
    }

    /** PR-S7: a server ends within bounded time, whatever its hooks do. */
    @Test
    void aDrainInterruptsParallelHooksAtItsDeadline() throws Exception {
        var server = ends.serve(new Messages().onParallel("stuck", (m, p) -> {
            ends.heard.add("begun");
            try {
                new Semaphore(0).acquire();
            } finally {
                ends.heard.add("interrupted");
            }
        }));
        ends.connect(new Messages(), server).send("stuck", "");
        assertThat(ends.next()).isEqualTo("begun");
        var report = server.drain(Duration.ofMillis(50));
        assertThat(report.interrupted()).isEqualTo(1);
        assertThat(ends.next()).isEqualTo("interrupted");
        assertThat(ends.failures).isEmpty();
    }
}
