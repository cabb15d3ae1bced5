package dev.weft.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.weft.net.Connection;
import dev.weft.net.LifeState;
import dev.weft.net.Server;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** SPEC PR-H1 to PR-H8, PR-S5, PR-D1 to PR-D6, and the bugs of the original that concern hooks. */
class HooksTest extends EveryPlaceTest {
    private Hook hear(String what) {
        return (m, peer) -> ends.heard.add(what + " " + m.text());
    }

    /** PR-H1. */
    @Test
    void aHookIsFoundByItsNameOrItsNumber() throws Exception {
        var peer = ends.client(new Messages().on("named", hear("named")).on(-7, hear("number")), new Messages());
        peer.send("named", "1");
        peer.send(Message.of(-7, "2".getBytes()));
        peer.send(Message.of(Message.type("named"), "3".getBytes()));
        assertThat(ends.next()).isEqualTo("named 1");
        assertThat(ends.next()).isEqualTo("number 2");
        assertThat(ends.next()).isEqualTo("named 3");
    }

    /** PR-H2, PR-D1, PR-W6: a hook is shown all of the message, its peer, its connection and its server. */
    @Test
    void aHookSeesTheWholeMessageAndWhoseItIs() throws Exception {
        var server = ends.serve(new Messages().name("mine").on("all", (m, peer) -> ends.heard.add(m.id() + " " + m.stream() + " " + peer.localName()
                + " " + (Connection.current() == peer.connection()) + " " + Server.current().name())));
        ends.connect(new Messages(), server).send(new Message(5, Message.type("all"), new byte[0], 3));
        assertThat(ends.next()).isEqualTo("5 3 mine true mine");
    }

    /** PR-S1, PR-C1. */
    @Test
    void theEndsAreCalledServerAndClient() throws Exception {
        var peer = ends.client(new Messages().on("name", (m, p) -> p.send(m.reply("is", p.localName()))), new Messages());
        assertThat(peer.localName()).isEqualTo("client");
        assertThat(peer.request("name", "", Ends.SOON).text()).isEqualTo("server");
    }

    /** PR-H3. */
    @Test
    void hooksRunInOrderOfArrivalOnTheReadingThread() throws Exception {
        var threads = ConcurrentHashMap.<Thread>newKeySet();
        var peer = ends.client(new Messages().on("n", (m, p) -> {
            threads.add(Thread.currentThread());
            ends.heard.add(m.text());
        }), new Messages());
        for (int i = 0; i < 1_000; i++) {
            peer.send("n", "" + i);
        }
        for (int i = 0; i < 1_000; i++) {
            assertThat(ends.next()).isEqualTo("" + i);
        }
        assertThat(threads).hasSize(1);
    }

    /** PR-H3, PR-BUG-12: beside the reader, as many as is said; then the reader waits. */
    @Test
    void parallelHooksRunBesideTheReaderSoManyAtOnceAndNoMore() throws Exception {
        var go = new Semaphore(0);
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        var peer = ends.client(new Messages().parallelism(3).onParallel("slow", (m, p) -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            go.acquire();
            running.decrementAndGet();
            ends.heard.add("slow");
        }).on("quick", hear("quick")), new Messages());
        peer.send("slow", "");
        peer.send("slow", "");
        peer.send("slow", "");
        peer.send("quick", "one");
        assertThat(ends.next()).isEqualTo("quick one");
        peer.send("slow", "");
        peer.send("quick", "two");
        Awaitility.await().until(() -> running.get() == 3);
        assertThat(ends.heard).isEmpty();
        go.release(4);
        for (int i = 0; i < 5; i++) {
            ends.next();
        }
        assertThat(most).hasValue(3);
    }

    @Test
    void aParallelHookKnowsItsServerAndItsConnection() throws Exception {
        var peer = ends.client(new Messages().onParallel("who", (m, p) -> ends.heard.add(
                (Connection.current() == p.connection()) + " " + Server.current().name())), new Messages());
        peer.send("who", "");
        assertThat(ends.next()).isEqualTo("true server");
    }

    @Test
    void aHookThatBlocksDelaysNoOtherConnection() throws Exception {
        var go = new CountDownLatch(1);
        var server = ends.serve(new Messages().on("block", (m, p) -> go.await()).on("say", hear("said")));
        ends.connect(new Messages(), server).send("block", "");
        ends.connect(new Messages(), server).send("say", "hello");
        assertThat(ends.next()).isEqualTo("said hello");
        go.countDown();
    }

    /** PR-H4. */
    @Test
    void anUnknownTypeIsCountedAndTheConnectionGoesOn() throws Exception {
        var messages = new Messages().on("known", hear("known"));
        var peer = ends.client(messages, new Messages());
        peer.send("unknown", "");
        peer.send("known", "still here");
        assertThat(ends.next()).isEqualTo("known still here");
        assertThat(messages.stats().unknown()).isEqualTo(1);
        assertThat(messages.stats().received()).isEqualTo(2);
    }

    /** PR-H5: parents are copied; neither side sees what is added later. */
    @Test
    void aTableBeginsWithACopyOfItsParents() throws Exception {
        var parent = new Messages().on("old", hear("old"));
        var child = new Messages(parent).on("own", hear("own"));
        parent.on("late", hear("late"));
        var peer = ends.client(child, new Messages());
        for (var type : new String[] {"late", "own", "old"}) {
            peer.send(type, "");
        }
        assertThat(ends.next()).isEqualTo("own ");
        assertThat(ends.next()).isEqualTo("old ");
        assertThat(child.stats().unknown()).isEqualTo(1);
    }

    /** PR-H5: a connection that stands does not see hooks added later; a new one does. */
    @Test
    void aConnectionKeepsTheHooksItBeganWith() throws Exception {
        var messages = new Messages().on("sync", hear("sync"));
        var server = ends.serve(messages);
        var before = ends.connect(new Messages(), server);
        before.send("sync", "1");
        assertThat(ends.next()).isEqualTo("sync 1");
        messages.on("late", hear("late"));
        before.send("late", "before");
        before.send("sync", "2");
        assertThat(ends.next()).isEqualTo("sync 2");
        ends.connect(new Messages(), server).send("late", "after");
        assertThat(ends.next()).isEqualTo("late after");
    }

    /** PR-H5: a hook of one connection's own. */
    @Test
    void aHookAddedToAPeerIsThatConnectionsAlone() throws Exception {
        var messages = new Messages().on("learn", (m, p) -> {
            p.on("own", hear("own")).onParallel("beside", hear("beside"));
            ends.heard.add("learnt");
        }).on("sync", hear("sync"));
        var server = ends.serve(messages);
        var learned = ends.connect(new Messages(), server);
        learned.send("learn", "");
        learned.send("own", "1");
        learned.send("beside", "2");
        assertThat(ends.next()).isEqualTo("learnt");
        assertThat(List.of(ends.next(), ends.next())).containsExactlyInAnyOrder("own 1", "beside 2");
        var other = ends.connect(new Messages(), server);
        other.send("own", "");
        other.send("sync", "");
        assertThat(ends.next()).isEqualTo("sync ");
    }

    /** PR-H6, PR-BUG-10: a hook that is replaced is called no more. */
    @Test
    void aReplacedHookIsNotCalledAgain() throws Exception {
        var peer = ends.client(new Messages().on("swap", (m, p) -> {
            ends.heard.add("old");
            p.on("swap", (again, same) -> ends.heard.add("new"));
        }), new Messages());
        peer.send("swap", "");
        peer.send("swap", "");
        assertThat(ends.next()).isEqualTo("old");
        assertThat(ends.next()).isEqualTo("new");
    }

    /** PR-H8, PR-D6. */
    @Test
    void whatAParallelHookThrowsIsReportedAndEndsItsConnection() throws Exception {
        var server = ends.serve(new Messages().onParallel("fail", (m, p) -> {
            throw new IllegalStateException("in parallel");
        }).on("say", hear("said")));
        var failing = ends.connect(new Messages(), server);
        var other = ends.connect(new Messages(), server);
        failing.send("fail", "");
        failing.join();
        assertThat(ends.failure()).hasMessage("in parallel");
        other.send("say", "on");
        assertThat(ends.next()).isEqualTo("said on");
    }

    /** PR-S5, PR-BUG-1. */
    @Test
    void beforeTheHookAfterInThisOrder() throws Exception {
        var peer = ends.client(new Messages().before(hear("before")).on("x", hear("hook")).after(hear("after")), new Messages());
        peer.send("x", "1");
        peer.send("none", "2");
        for (var expected : new String[] {"before 1", "hook 1", "after 1", "before 2", "after 2"}) {
            assertThat(ends.next()).isEqualTo(expected);
        }
    }

    /** PR-D6: the default of a server. */
    @Test
    void aHookThatThrowsClosesItsConnectionAndNoOther() throws Exception {
        var server = ends.serve(new Messages().on("fail", (m, p) -> {
            throw new FileNotFoundException("no such thing");
        }).on("say", hear("said")));
        var failing = ends.connect(new Messages(), server);
        var other = ends.connect(new Messages(), server);
        failing.send("fail", "");
        failing.join();
        assertThat(failing.state()).isEqualTo(LifeState.ENDED);
        assertThat(ends.failure()).isInstanceOf(FileNotFoundException.class);
        other.send("say", "on");
        assertThat(ends.next()).isEqualTo("said on");
    }

    @Test
    void anEndOfFileInAHookIsNoEndOfTheConnectionInDisguise() throws Exception {
        ends.client(new Messages().on("fail", (m, p) -> {
            throw new EOFException("of a file");
        }), new Messages()).send("fail", "");
        assertThat(ends.failure()).hasMessageContaining("of a file").hasCauseInstanceOf(EOFException.class);
    }

    /** PR-D6 and PR-BUG-13: what is forgiven costs nothing, and what has come already is handled at once. */
    @Test
    void aForgivenFailureLetsTheConnectionGoOn() throws Exception {
        var messages = new Messages().on("fail", (m, p) -> {
            throw new IllegalStateException(m.text());
        }).onParallel("beside", (m, p) -> {
            throw new IllegalStateException(m.text());
        }).on("say", hear("said")).observer(Observed.failure((failure, p) -> ends.heard.add("forgiven " + failure.getMessage())));
        var peer = ends.client(messages, new Messages());
        peer.send("fail", "1");
        peer.send("say", "on");
        assertThat(ends.next()).isEqualTo("forgiven 1");
        assertThat(ends.next()).isEqualTo("said on");
        peer.send("beside", "2");
        assertThat(ends.next()).isEqualTo("forgiven 2");
        peer.send("say", "still");
        assertThat(ends.next()).isEqualTo("said still");
        assertThat(messages.stats().failures()).isEqualTo(2);
    }

    @Test
    void aFailingJudgeOfFailuresEndsTheConnection() throws Exception {
        var peer = ends.client(new Messages().on("fail", (m, p) -> {
            throw new IllegalStateException("first");
        }).observer(Observed.failure((failure, p) -> {
            throw new IllegalArgumentException("second");
        })), new Messages());
        peer.send("fail", "");
        peer.join();
        assertThat(ends.failure()).hasMessage("first").satisfies(f -> assertThat(f.getSuppressed()).hasSize(1));
    }

    @Test
    void anErrorEndsTheConnectionWhateverIsForgiven() throws Exception {
        var peer = ends.client(new Messages().on("fail", (m, p) -> {
            throw new StackOverflowError("deep");
        }).observer(Observed.failure((failure, p) -> true)), new Messages());
        peer.send("fail", "");
        peer.join();
        assertThat(ends.failure()).isInstanceOf(StackOverflowError.class);
    }

    /** PR-D4. */
    @Test
    void aHookMayCloseItsConnection() throws Exception {
        var peer = ends.client(new Messages().on("bye", (m, p) -> {
            p.send("last words", "x");
            p.close();
        }), new Messages().on("last words", hear("got")));
        peer.send("bye", "");
        assertThat(ends.next()).isEqualTo("got x");
        peer.join();
        assertThat(peer.failure()).isEmpty();
        assertThat(ends.failures).isEmpty();
    }

    /** PR-D5, PR-BUG-14: neither an orderly end nor a reset is a failure. */
    @Test
    void aDisconnectIsNoFailure() throws Exception {
        var ended = new CountDownLatch(2);
        var server = ends.serve(new Messages().on("sync", hear("sync")).observer(Observed.close(p -> ended.countDown())));
        var orderly = ends.connect(new Messages(), server);
        var reset = ends.connect(new Messages(), server);
        orderly.send("sync", "");
        reset.send("sync", "");
        ends.next();
        ends.next();
        orderly.close();
        reset.connection().abort();
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        Awaitility.await().until(() -> server.connections().isEmpty());
        assertThat(ends.failures).isEmpty();
    }

    @Test
    void openAndCloseHooksEncloseAConnectionsMessages() throws Exception {
        var messages = new Messages()
                .observer(Observed.open(p -> ends.heard.add("open")).andClose(p -> ends.heard.add("close"))).on("x", hear("hook"));
        var peer = ends.client(messages, new Messages());
        peer.send("x", "1");
        peer.close();
        for (var expected : new String[] {"open", "hook 1", "close"}) {
            assertThat(ends.next()).isEqualTo(expected);
        }
    }

    @Test
    void aFailingOpenHookTurnsTheClientAway() throws Exception {
        var server = ends.serve(new Messages());
        assertThatThrownBy(() -> ends.connect(new Messages().observer(Observed.open(p -> {
            throw new FileNotFoundException("no password");
        })), server)).hasMessageContaining("no password");
        Awaitility.await().until(() -> server.connections().isEmpty());
    }

    /** PR-W14: whole messages, whoever sends them. */
    @Test
    void messagesOfManyThreadsNeverInterleave() throws Exception {
        var peer = ends.client(new Messages().on("n", hear("")), new Messages());
        var threads = new Thread[20];
        for (int t = 0; t < threads.length; t++) {
            var name = "t" + t + "-";
            threads[t] = Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 100; i++) {
                    try {
                        peer.send("n", name + i + "x".repeat(i * 20));
                    } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                }
            });
        }
        for (int i = 0; i < 20 * 100; i++) {
            assertThat(ends.next()).matches(" t\\d+-\\d+x*");
        }
        for (var thread : threads) {
            thread.join();
        }
    }
}
