package dev.weft.testkit;

import static dev.weft.testkit.Rule.rule;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

import dev.weft.net.Address;
import dev.weft.net.DrainReport;
import dev.weft.net.LifeState;
import dev.weft.net.Server;

/** Serving, shutting down, draining and closing of datagram servers. */
final class DatagramLifecycle {
    static final List<Rule<PacketStage>> RULES = List.of(
            rule("SS-12: shutdown wins against a start of the same moment", DatagramLifecycle::shutdownWins),
            rule("SS-13: serve, shut down and serve again; what came meanwhile is served", DatagramLifecycle::servesAgain),
            rule("SS-14: shutdown from a handler does not wait for itself", DatagramLifecycle::shutdownFromHandler).inThisJvm(),
            rule("SS-8, SS-15: close ends the loop, and again", DatagramLifecycle::closeEndsTheLoop),
            rule("SS-9: the address is free when close returns", DatagramLifecycle::addressIsFree),
            rule("SS-16: handleRequest serves one datagram", DatagramLifecycle::handlesOne),
            rule("SS-16: handleRequest gives up when its time is over", DatagramLifecycle::handleRequestTimesOut),
            rule("SS-33: a server that never served closes at once", DatagramLifecycle::closesImmediately),
            rule("SS-31: drain waits for handlers and their answers", DatagramLifecycle::drainWaits),
            rule("SS-31: drain interrupts who does not end in time", DatagramLifecycle::drainInterrupts),
            rule("drain serves what is already queued", DatagramLifecycle::drainServesTheQueue),
            rule("drain from a handler does not wait for itself", DatagramLifecycle::drainFromHandler).inThisJvm());

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Portable.Datagrams ECHO = d -> d.reply(d.data());

    private DatagramLifecycle() {}

    private static void shutdownWins(PacketStage stage) throws Exception {
        var loops = new ArrayList<Scene.Task<Boolean>>();
        for (int i = 0; i < 20; i++) {
            var server = stage.open(ECHO);
            loops.add(stage.run(server::run));
            server.shutdown();
        }
        for (var loop : loops) {
            loop.await();
        }
    }

    private static void servesAgain(PacketStage stage) throws Exception {
        var server = stage.serve(ECHO);
        var client = stage.client(server);
        assertEquals("one", client.ask("one"));
        server.shutdown();
        client.send("two");
        server.start();
        assertEquals("two", client.receiveText());
    }

    private static void shutdownFromHandler(PacketStage stage) throws Exception {
        var server = stage.open(d -> {
            Server.current().shutdown();
            d.reply("asked");
        });
        var loop = stage.run(server::run);
        assertEquals("asked", stage.client(server).ask("please"));
        loop.await();
        assertEquals(LifeState.NEW, server.state());
    }

    private static void closeEndsTheLoop(PacketStage stage) throws Exception {
        var server = stage.open(ECHO);
        var loop = stage.run(server::run);
        assertEquals("hello", stage.client(server).ask("hello"));
        server.close();
        loop.await();
        server.close();
        assertEquals(LifeState.ENDED, server.state());
        assertTrue(server.fileno().isEmpty());
        assertThrows(IllegalStateException.class, server::start);
    }

    private static void addressIsFree(PacketStage stage) throws Exception {
        var server = stage.serve(ECHO);
        assertEquals("hello", stage.client(server).ask("hello"));
        server.close();
        if (server.address().kind() == Address.Kind.UNIX) {
            Files.delete(Path.of(server.address().host())); // SS-49: a server deletes no file unasked
        }
        var again = stage.open(stage.builderAt(server.address()), ECHO).start();
        assertEquals("hello", stage.client(again).ask("hello"));
    }

    private static void handlesOne(PacketStage stage) throws Exception {
        var server = stage.open(ECHO);
        var client = stage.client(server);
        client.send("one");
        client.send("two");
        assertTrue(server.handleRequest(Duration.ZERO));
        assertEquals("one", client.receiveText());
        assertEquals(1, server.stats().accepted());
        assertTrue(server.handleRequest(Duration.ZERO));
        assertEquals("two", client.receiveText());
    }

    private static void handleRequestTimesOut(PacketStage stage) throws Exception {
        var server = stage.open(stage.builder().time(stage.time()), ECHO);
        var loop = stage.async(() -> server.handleRequest(MINUTE));
        stage.time().awaitScheduled(MINUTE);
        stage.time().advance(MINUTE);
        assertFalse(loop.await());
    }

    private static void closesImmediately(PacketStage stage) throws Exception {
        var server = stage.open(ECHO);
        server.close();
        assertEquals(LifeState.ENDED, server.state());
        assertThrows(IllegalStateException.class, server::run);
    }

    private static void drainWaits(PacketStage stage) throws Exception {
        var entered = stage.latch();
        var go = stage.latch();
        var server = stage.serve(d -> {
            entered.countDown();
            go.await();
            d.reply("answer");
        });
        var client = stage.client(server);
        client.send("question");
        entered.await();
        var drain = stage.async(() -> server.drain(Duration.ofSeconds(30)));
        drain.awaitBlocked();
        go.countDown();
        assertEquals("answer", client.receiveText());
        var report = drain.await();
        assertEquals(1, report.finished());
        assertTrue(report.clean());
    }

    private static void drainInterrupts(PacketStage stage) throws Exception {
        var entered = stage.latch();
        var server = stage.open(stage.builder().time(stage.time()), d -> {
            entered.countDown();
            new CountDownLatch(1).await();
        }).start();
        stage.client(server).send("hold on");
        entered.await();
        var drain = stage.async(() -> server.drain(MINUTE));
        stage.time().awaitScheduled(MINUTE);
        stage.time().advance(MINUTE);
        assertEquals(1, drain.await().interrupted());
        assertEquals(1, drain.await().stragglers().size());
    }

    private static void drainServesTheQueue(PacketStage stage) throws Exception {
        var held = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var server = stage.open(stage.builder().verify(d -> {
            held.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return true;
        }), ECHO).start();
        var client = stage.client(server);
        client.send("one");
        held.await();
        client.send("two");
        client.send("three");
        var drain = stage.async(() -> server.drain(Duration.ofSeconds(30)));
        Eventually.holds("the server drains", () -> server.state() == LifeState.DRAINING);
        go.countDown();
        var answers = new ArrayList<>(List.of(client.receiveText(), client.receiveText(), client.receiveText()));
        answers.sort(null);
        assertEquals(List.of("one", "three", "two"), answers);
        assertEquals(3, drain.await().finished());
    }

    private static void drainFromHandler(PacketStage stage) throws Exception {
        var reports = new LinkedBlockingQueue<DrainReport>();
        var server = stage.open(d -> {
            var report = Server.current().drain(Duration.ofSeconds(30));
            assertFalse(Thread.currentThread().isInterrupted(), "drain has interrupted its own caller");
            reports.add(report);
        });
        var loop = stage.run(server::run);
        stage.client(server).send("drain");
        assertTrue(reports.take().clean());
        loop.await();
        assertEquals(LifeState.ENDED, server.state());
    }
}
