package dev.weft.testkit;

import static dev.weft.testkit.Rule.rule;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.weft.net.DrainReport;
import dev.weft.net.LifeState;
import dev.weft.net.Server;

/** Ending without losing work, in bounded time, with a report. */
final class Draining {
    static final List<Rule<Stage>> RULES = List.of(
            rule("drain before serving returns at once", Draining::beforeServing),
            rule("drain lets go who stands between two messages", Draining::letsIdleGo),
            rule("drain lets a message that has begun be answered", Draining::finishesWhatIsBegun),
            rule("drain shows draining() to a handler at work, and counts it as finished", Draining::showsDraining),
            rule("drain serves what is already queued", Draining::servesTheQueue),
            rule("drain refuses who comes later", Draining::refusesLater),
            rule("drain interrupts who does not end in time, and reports where it was", Draining::interrupts),
            rule("drain drops the connection of who ignores that too", Draining::aborts),
            rule("drain from a handler does not wait for itself", Draining::fromHandler).inThisJvm(),
            rule("the first drain wins: close joins it and shortens nothing", Draining::firstWins),
            rule("run returns when the drain has ended", Draining::loopReturnsLast),
            rule("the report counts only what ended since the drain began", Draining::countsFromItsBeginning),
            rule("SS-31: close waits for the handlers that run", Draining::closeJoins),
            rule("SS-31: close ends who outlives the grace", Draining::closeEndsAfterGrace),
            rule("SS-31: with a grace of zero close waits for no handler and ends none", Draining::daemon).concurrent(),
            rule("SS-11: shutdown leaves what was accepted to its handler", Draining::shutdownLeavesHandlers).concurrent(),
            rule("SS-14: shutdown of a sequential server ends a handler that outlives the grace", Draining::shutdownSequential).inThisJvm());

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private Draining() {}

    private static void beforeServing(Stage stage) throws Exception {
        var server = stage.open(c -> {});
        var report = server.drain(MINUTE);
        assertEquals(List.of(0, 0, 0), List.of(report.finished(), report.interrupted(), report.aborted()));
        assertTrue(report.clean());
        assertEquals(LifeState.ENDED, server.state());
        assertEquals(List.of(report), stage.witness().drains());
    }

    private static void letsIdleGo(Stage stage) throws Exception {
        var server = stage.serve(c -> {
            for (var line : c.lines()) {
                c.send(line + "\n");
            }
        });
        var client = stage.connect(server);
        client.send("hello\n");
        assertEquals("hello", client.readLine());
        var report = server.drain(Duration.ofSeconds(30));
        assertTrue(report.clean(), report.toString());
        assertEquals(1, report.finished());
        assertEquals(0, client.receive(1).length);
    }

    private static void finishesWhatIsBegun(Stage stage) throws Exception {
        var begun = stage.latch();
        var server = stage.serve(c -> {
            for (var lines = c.lines(); c.awaitMessage();) {
                begun.countDown();
                lines.write(lines.read());
            }
        });
        var client = stage.connect(server);
        client.send("hel");
        begun.await();
        var drain = stage.async(() -> server.drain(Duration.ofSeconds(30)));
        drain.awaitBlocked();
        client.send("lo\n");
        assertEquals("hello", client.readLine());
        assertEquals(0, client.receive(1).length);
        assertEquals(1, drain.await().finished());
    }

    private static void showsDraining(Stage stage) throws Exception {
        var entered = stage.latch();
        var server = stage.serve(c -> {
            entered.countDown();
            Eventually.holds("draining", c::draining);
            c.send("draining\n");
        });
        var client = stage.connect(server);
        entered.await();
        assertEquals(1, server.drain(Duration.ofSeconds(30)).finished());
        assertEquals("draining", client.readLine());
    }

    private static void servesTheQueue(Stage stage) throws Exception {
        var first = new AtomicBoolean(true);
        var held = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var server = stage.open(stage.builder().verify(c -> {
            if (first.getAndSet(false)) {
                held.countDown();
                awaitQuietly(go);
            }
            return true;
        }), c -> c.send("served\n")).start();
        var clients = new ArrayList<Scene.Task<String>>();
        for (int i = 0; i < 3; i++) {
            clients.add(stage.async(() -> {
                try (var client = stage.dial(server).open()) {
                    return client.readLine();
                }
            }));
            held.await(); // by the first, the loop itself
        }
        clients.forEach(Scene.Task::awaitBlocked);
        var drain = stage.async(() -> server.drain(Duration.ofSeconds(30)));
        Eventually.holds("the server drains", () -> server.state() == LifeState.DRAINING);
        go.countDown();
        for (var client : clients) {
            assertEquals("served", client.await());
        }
        assertEquals(3, drain.await().finished());
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void refusesLater(Stage stage) throws Exception {
        var entered = stage.latch();
        var go = stage.latch();
        var server = stage.serve(c -> {
            c.readLine(); // of the first; those who look whether they are refused say nothing, and take no place
            entered.countDown();
            go.await();
        });
        var first = stage.connect(server);
        first.send("stay\n");
        entered.await();
        var drain = stage.async(() -> server.drain(Duration.ofSeconds(30)));
        if (!stage.sequential()) {
            Eventually.holds("it drains", () -> server.state() == LifeState.DRAINING);
            Eventually.holds("nobody is let in", () -> {
                try {
                    stage.dial(server).open().close();
                    return false;
                } catch (IOException e) {
                    return true;
                }
            });
        }
        go.countDown();
        drain.await();
        assertThrows(IOException.class, () -> stage.dial(server).open());
        assertEquals(0, first.receive(1).length);
        stage.witness().forget();
    }

    private static void interrupts(Stage stage) throws Exception {
        var entered = stage.latch();
        var server = stage.open(stage.builder().name("held").time(stage.time()), c -> holdOn(entered));
        var loop = stage.run(server::run);
        var client = stage.connect(server);
        entered.await();
        var drain = stage.async(() -> server.drain(MINUTE));
        stage.time().awaitScheduled(MINUTE);
        stage.time().advance(MINUTE);
        var report = drain.await();
        assertEquals(List.of(0, 1, 0), List.of(report.finished(), report.interrupted(), report.aborted()));
        assertFalse(report.clean());
        var straggler = report.stragglers().getFirst();
        var where = stage.processes() ? "await" : "holdOn"; // this process knows where it waits for the other
        assertTrue(straggler.stack().stream().anyMatch(frame -> frame.getMethodName().equals(where)), report.toString());
        assertTrue(stage.sequential() || straggler.thread().startsWith("held-"), straggler.thread());
        assertTrue(report.took().compareTo(MINUTE) >= 0, report.toString());
        loop.await();
        client.close();
        stage.witness().forget();
    }

    private static void holdOn(Latch entered) throws InterruptedException {
        entered.countDown();
        new CountDownLatch(1).await();
    }

    private static void aborts(Stage stage) throws Exception {
        var entered = stage.latch();
        var server = stage.open(stage.builder().time(stage.time()), c -> {
            entered.countDown();
            while (true) {
                try {
                    c.receive(1);
                } catch (InterruptedIOException e) {
                    // It does not listen.
                }
            }
        }).start();
        var client = stage.connect(server);
        entered.await();
        var drain = stage.async(() -> server.drain(MINUTE));
        stage.time().awaitScheduled(MINUTE);
        stage.time().advanceUntil(Duration.ofSeconds(30), drain::isDone);
        var report = drain.await();
        assertEquals(List.of(0, 0, 1), List.of(report.finished(), report.interrupted(), report.aborted()));
        if (stage.subject().has(StreamSubject.Trait.VISIBLE_RESET)) {
            assertThrows(IOException.class, () -> client.receive(1));
        }
    }

    private static void fromHandler(Stage stage) throws Exception {
        var reports = new LinkedBlockingQueue<DrainReport>();
        var server = stage.open(c -> {
            reports.add(Server.current().drain(Duration.ofSeconds(30)));
            assertFalse(Thread.currentThread().isInterrupted(), "drain has interrupted its own caller");
            c.send("drained\n");
        });
        var loop = stage.run(server::run);
        assertEquals("drained", stage.connect(server).readLine());
        loop.await();
        assertTrue(reports.take().clean());
        assertEquals(LifeState.ENDED, server.state());
    }

    private static void firstWins(Stage stage) throws Exception {
        var entered = stage.latch();
        var go = stage.latch();
        var server = stage.serve(c -> {
            entered.countDown();
            go.await();
        });
        stage.connect(server);
        entered.await();
        var first = stage.async(() -> server.drain(Duration.ofSeconds(30)));
        Eventually.holds("the server drains", () -> server.state() == LifeState.DRAINING);
        var second = stage.async(() -> server.drain(Duration.ofNanos(1)));
        var close = stage.run(server::close);
        second.awaitBlocked();
        close.awaitBlocked();
        assertFalse(second.isDone() || close.isDone());
        go.countDown();
        assertSame(first.await(), second.await());
        close.await();
        assertEquals(1, first.await().finished());
    }

    private static void loopReturnsLast(Stage stage) throws Exception {
        var server = stage.open(c -> {
            for (var line : c.lines()) {
                c.send(line + "\n");
            }
        });
        var stateAtReturn = stage.async(() -> {
            server.run();
            return server.state();
        });
        var client = stage.connect(server);
        client.send("hello\n");
        assertEquals("hello", client.readLine());
        server.drain(Duration.ofSeconds(30));
        assertEquals(LifeState.ENDED, stateAtReturn.await());
    }

    private static void countsFromItsBeginning(Stage stage) throws Exception {
        var server = stage.serve(c -> {
            for (var line : c.lines()) {
                c.send(line + "\n");
            }
        });
        for (int i = 0; i < 3; i++) {
            try (var client = stage.dial(server).open()) {
                client.send("hello\n");
                assertEquals("hello", client.readLine());
            }
        }
        Eventually.holds("all three have ended", () -> server.stats().active() == 0);
        assertEquals(0, server.drain(Duration.ofSeconds(30)).finished());
    }

    private static void closeJoins(Stage stage) throws Exception {
        var entered = stage.latch();
        var go = stage.latch();
        var ended = stage.latch();
        var server = stage.serve(c -> {
            entered.countDown();
            go.await();
            ended.countDown();
        });
        stage.connect(server);
        entered.await();
        var close = stage.async(() -> {
            server.close();
            return ended.isOpen();
        });
        close.awaitBlocked();
        go.countDown();
        assertTrue(close.await(), "close returned before the handler had ended");
        assertEquals(0, server.stats().active());
    }

    private static void closeEndsAfterGrace(Stage stage) throws Exception {
        var entered = stage.latch();
        var server = stage.open(stage.builder().time(stage.time()).grace(MINUTE), c -> holdOn(entered)).start();
        stage.connect(server);
        entered.await();
        var close = stage.run(server::close);
        stage.time().awaitScheduled(MINUTE);
        stage.time().advance(MINUTE);
        close.await();
        assertEquals(1, stage.witness().drains().getFirst().interrupted());
        stage.witness().forget();
    }

    private static void daemon(Stage stage) throws Exception {
        var entered = stage.latch();
        var go = stage.latch();
        var server = stage.open(stage.builder().daemonThreads(), c -> {
            entered.countDown();
            go.await();
            c.send("still here\n");
        }).start();
        var client = stage.connect(server);
        entered.await();
        server.close();
        assertEquals(LifeState.ENDED, server.state());
        go.countDown();
        assertEquals("still here", client.readLine());
    }

    private static void shutdownLeavesHandlers(Stage stage) throws Exception {
        var server = stage.serve(c -> {
            for (var line : c.lines()) {
                c.send(line + "\n");
            }
        });
        var client = stage.connect(server);
        client.send("before\n");
        assertEquals("before", client.readLine());
        server.shutdown();
        client.send("after\n");
        assertEquals("after", client.readLine());
    }

    private static void shutdownSequential(Stage stage) throws Exception {
        assumeTrue(stage.sequential(), "a rule of sequential servers");
        var entered = stage.latch();
        var server = stage.open(stage.builder().time(stage.time()).grace(MINUTE), c -> holdOn(entered)).start();
        stage.connect(server);
        entered.await();
        var shutdown = stage.run(server::shutdown);
        stage.time().awaitScheduled(MINUTE);
        stage.time().advance(MINUTE);
        shutdown.await();
        assertEquals(LifeState.NEW, server.state());
        stage.witness().forget();
    }
}
