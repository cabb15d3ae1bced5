package dev.weft.testkit;

import static dev.weft.testkit.Rule.rule;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;

import dev.weft.net.Admission;
import dev.weft.net.Connection;
import dev.weft.net.Deadlines;
import dev.weft.net.Framing;
import dev.weft.net.MessageHandler;
import dev.weft.net.Server;

/** Servers in message form: their time limits, and how connections and servers end. */
final class MessageEndings {
    static final List<Rule<Stage>> RULES = List.of(
            rule("message form: a connection silent between messages for its idle time ends", MessageEndings::idleEnds).inThisJvm(),
            rule("message form: each message begins the idle time anew", MessageEndings::idleBeginsAnew).inThisJvm(),
            rule("message form: a message must be whole in its time, however its bytes dribble", MessageEndings::messageTimesOut).inThisJvm(),
            rule("message form: so must one whose length is known", MessageEndings::knownLengthTimesOut).inThisJvm(),
            rule("message form: an answer of which the peer takes nothing times out", MessageEndings::writeTimesOut).inThisJvm(),
            rule("message form: deadlines that a handler sets hold from then on", MessageEndings::replaced).inThisJvm(),
            rule("message form: drain lets connections go that stand between messages", MessageEndings::letsIdleGo).inThisJvm(),
            rule("message form: drain lets a message that has begun be finished", MessageEndings::finishesWhatIsBegun).inThisJvm(),
            rule("message form: drain ends one that is never finished", MessageEndings::endsHalfMessages).inThisJvm(),
            rule("message form: drain interrupts a handler that outlives it, and tells where it was", MessageEndings::interrupts).inThisJvm(),
            rule("message form: a handler that closes its server does not wait for itself", MessageEndings::closesServer).inThisJvm(),
            rule("message form: shutdown leaves connections to their messages", MessageEndings::shutdown).inThisJvm().parallel(2),
            rule("message form: a reset between messages, and one inside", MessageEndings::resets).inThisJvm(),
            rule("message form: a connection that rests holds its place, and gives it free", MessageEndings::places).inThisJvm().parallel(2),
            rule("message form: the connection idle longest is evicted", MessageEndings::evicts).inThisJvm().parallel(3),
            rule("message form: every byte is counted, while it lives and after", MessageEndings::counts).inThisJvm());

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final MessageHandler<String> ECHO = (line, c) -> c.send(line + "\n");

    private MessageEndings() {}

    private static Server serve(Stage stage, Deadlines deadlines, MessageHandler<String> handler) throws IOException {
        return stage.keep(stage.builder().time(stage.time()).deadlines(deadlines).open(Framing.lines(), handler)).start();
    }

    private static Server serve(Stage stage, MessageHandler<String> handler) throws IOException {
        return stage.keep(stage.builder().open(Framing.lines(), handler)).start();
    }

    private static void idleEnds(Stage stage) throws Exception {
        var client = stage.connect(serve(stage, Deadlines.defaults().idle(MINUTE), ECHO));
        client.send("one\n");
        assertEquals("one", client.readLine());
        stage.time().awaitScheduled(MINUTE);
        stage.time().advanceUntil(MINUTE, () -> stage.witness().count("closed") == 1);
        stage.witness().failure(SocketTimeoutException.class);
        assertEquals(List.of(true), stage.witness().takeBlame());
        assertEquals(0, client.receive(1).length);
    }

    private static void idleBeginsAnew(Stage stage) throws Exception {
        var client = stage.connect(serve(stage, Deadlines.defaults().idle(MINUTE), ECHO));
        for (int i = 0; i < 5; i++) {
            client.send("one\n");
            assertEquals("one", client.readLine());
            stage.time().awaitScheduled(MINUTE);
            stage.time().advance(MINUTE.dividedBy(2));
        }
        assertEquals(0, stage.witness().count("closed"));
        client.send("still here\n");
        assertEquals("still here", client.readLine());
    }

    private static void messageTimesOut(Stage stage) throws Exception {
        timesOut(stage, Framing.lines(), "begin".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    private static void knownLengthTimesOut(Stage stage) throws Exception {
        timesOut(stage, Framing.lengthPrefixed(4), new byte[] {0, 0, 4, 0, 'x'});
    }

    private static void timesOut(Stage stage, Framing<?> framing, byte[] beginning) throws Exception {
        var server = stage.keep(stage.builder().time(stage.time()).deadlines(Deadlines.defaults().read(MINUTE).message(MINUTE.multipliedBy(3)))
                .open(framing, (message, c) -> {})).start();
        var client = stage.connect(server);
        client.send(beginning);
        stage.time().awaitScheduled(MINUTE);
        stage.time().advanceUntil(Duration.ofSeconds(20), () -> {
            try {
                client.send(".");
            } catch (IOException e) {
                // The server has dropped it.
            }
            return stage.witness().count("failed") == 1;
        });
        stage.witness().failure(SocketTimeoutException.class);
    }

    private static void writeTimesOut(Stage stage) throws Exception {
        var server = stage.keep(stage.tight().time(stage.time()).deadlines(Deadlines.defaults().write(MINUTE)).open(Framing.lines(),
                (line, c) -> c.send(new byte[Stage.MORE_THAN_BUFFERS]))).start();
        var client = stage.connectTight(server);
        client.send("more\n");
        stage.time().advanceUntil(MINUTE, () -> stage.witness().count("failed") == 1);
        stage.witness().failure(SocketTimeoutException.class);
        stage.witness().awaitCount("closed", 1);
        client.abort();
    }

    private static void replaced(Stage stage) throws Exception {
        var client = stage.connect(serve(stage, Deadlines.none(), (line, c) -> {
            c.deadlines(Deadlines.none().idle(MINUTE));
            c.send(line + "\n");
        }));
        stage.time().advance(MINUTE.multipliedBy(10));
        client.send("hurry\n");
        assertEquals("hurry", client.readLine());
        stage.time().awaitScheduled(MINUTE);
        stage.time().advanceUntil(MINUTE, () -> stage.witness().count("closed") == 1);
        stage.witness().failure(SocketTimeoutException.class);
    }

    private static void letsIdleGo(Stage stage) throws Exception {
        var server = serve(stage, ECHO);
        var client = stage.connect(server);
        client.send("hello\n");
        assertEquals("hello", client.readLine());
        var report = server.drain(Duration.ofSeconds(30));
        assertTrue(report.clean(), report.toString());
        assertEquals(1, report.finished());
        assertEquals(0, client.receive(1).length);
    }

    private static void finishesWhatIsBegun(Stage stage) throws Exception {
        var connections = new LinkedBlockingQueue<Connection>();
        var server = serve(stage, (line, c) -> {
            connections.add(c);
            c.send(line + (c.draining() ? ", draining\n" : "\n"));
        });
        var client = stage.connect(server);
        client.send("one\nhel");
        assertEquals("one", client.readLine());
        var served = connections.take();
        Eventually.holds("the beginning has come", () -> server.stats().bytesIn() == 7);
        var drain = stage.async(() -> server.drain(Duration.ofSeconds(30)));
        Eventually.holds("the connection is drained", served::draining);
        client.send("lo\n");
        assertEquals("hello, draining", client.readLine());
        assertEquals(0, client.receive(1).length);
        assertEquals(1, drain.await().finished());
    }

    private static void endsHalfMessages(Stage stage) throws Exception {
        var server = serve(stage, ECHO);
        var client = stage.connect(server);
        client.send("hel");
        Eventually.holds("the beginning has come", () -> server.stats().bytesIn() == 3);
        var report = server.drain(Duration.ofMillis(50));
        assertEquals(List.of(0, 1, 0), List.of(report.finished(), report.interrupted(), report.aborted()), report.toString());
        assertEquals(1, report.stragglers().size());
        assertEquals(0, client.receive(1).length);
    }

    private static void interrupts(Stage stage) throws Exception {
        var entered = new CountDownLatch(1);
        var server = serve(stage, (line, c) -> {
            entered.countDown();
            new CountDownLatch(1).await();
        });
        var client = stage.connect(server);
        client.send("wait\n");
        entered.await();
        var report = server.drain(Duration.ofMillis(50));
        assertEquals(List.of(0, 1, 0), List.of(report.finished(), report.interrupted(), report.aborted()), report.toString());
        assertTrue(report.stragglers().getFirst().stack().stream().anyMatch(frame -> frame.getMethodName().equals("await")), report.toString());
        assertEquals(0, client.receive(1).length);
    }

    private static void closesServer(Stage stage) throws Exception {
        var server = new AtomicReference<Server>();
        server.set(stage.keep(stage.builder().open(Framing.lines(), (line, c) -> {
            c.send("closing\n");
            server.get().close();
        })));
        server.get().start();
        var client = stage.connect(server.get());
        client.send("close\n");
        assertEquals("closing", client.readLine());
        assertEquals(0, client.receive(1).length);
        server.get().join();
    }

    private static void shutdown(Stage stage) throws Exception {
        var server = serve(stage, ECHO);
        var client = stage.connect(server);
        client.send("one\n");
        assertEquals("one", client.readLine());
        server.shutdown();
        client.send("two\n");
        assertEquals("two", client.readLine());
    }

    private static void resets(Stage stage) throws Exception {
        var server = serve(stage, ECHO);
        for (var sent : List.of("one\n", "one\npart")) {
            var client = stage.connect(server);
            client.send(sent);
            assertEquals("one", client.readLine());
            client.abort();
        }
        stage.witness().awaitCount("closed", 2);
        stage.witness().forget();
        Eventually.holds("nobody is served", () -> server.stats().active() == 0);
    }

    private static void places(Stage stage) throws Exception {
        var server = stage.keep(stage.builder().admission(Admission.rejecting(1)).open(Framing.lines(), ECHO)).start();
        var first = stage.connect(server);
        first.send("one\n");
        assertEquals("one", first.readLine());
        try (var second = stage.dial(server).open()) {
            assertEquals(0, second.receive(1).length);
        } catch (IOException e) {
            // It is closed before a handshake of TLS.
        }
        first.close();
        Eventually.holds("the place is free", () -> server.stats().active() == 0);
        var third = stage.connect(server);
        third.send("three\n");
        assertEquals("three", third.readLine());
    }

    private static void evicts(Stage stage) throws Exception {
        var server = stage.keep(stage.builder().time(stage.time()).admission(Admission.evictingIdlest(2)).open(Framing.lines(), ECHO)).start();
        var first = stage.connect(server);
        first.send("one\n");
        assertEquals("one", first.readLine());
        awaitRest(server);
        stage.time().advance(Duration.ofSeconds(1));
        var second = stage.connect(server);
        second.send("two\n");
        assertEquals("two", second.readLine());
        awaitRest(server);
        stage.time().advance(Duration.ofSeconds(1));
        var third = stage.connect(server);
        third.send("three\n");
        assertEquals("three", third.readLine());
        assertEquals(0, first.receive(1).length);
        second.send("still here\n");
        assertEquals("still here", second.readLine());
    }

    /** Waits until whoever has answered has also noted when: it waits, or has left. */
    private static void awaitRest(Server server) {
        Eventually.holds("all threads rest", () -> server.threads().stream().allMatch(thread -> switch (thread.getState()) {
            case WAITING, TIMED_WAITING -> true;
            default -> false;
        }));
    }

    private static void counts(Stage stage) throws Exception {
        var served = new LinkedBlockingQueue<Long>();
        var server = serve(stage, (line, c) -> {
            c.send(line + "!\n");
            served.add(c.bytesIn());
        });
        try (var client = stage.dial(server).open()) {
            client.send("12345\n");
            assertEquals("12345!", client.readLine());
            assertEquals(6, served.take());
            Eventually.holds("its bytes are counted", () -> server.stats().bytesIn() == 6 && server.stats().bytesOut() == 7);
        }
        stage.witness().awaitCount("closed", 1);
        assertEquals(List.of(6L, 7L), List.of(stage.witness().bytesIn(), stage.witness().bytesOut()));
        assertEquals(0, server.stats().active());
    }
}
