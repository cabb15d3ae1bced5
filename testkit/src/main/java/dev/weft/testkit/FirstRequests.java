package dev.weft.testkit;

import static dev.weft.testkit.Rule.rule;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.weft.net.Connection;
import dev.weft.net.Deadlines;
import dev.weft.net.DrainReport;
import dev.weft.net.LifeState;
import dev.weft.net.Server;
import dev.weft.net.StreamBuilder;

/** Connections that a drain meets between their accept and their first request: a peer that has connected may assume that it will be heard. */
final class FirstRequests {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration SECOND = Duration.ofSeconds(1);

    static final List<Rule<Stage>> RULES = List.of(
            rule("a connection that has just come may send its first request to a server that drains, and no second", FirstRequests::served),
            rule("so may one that was queued when the drain began", FirstRequests::queuedAndServed),
            rule("who sends nothing is let go a second after it came", FirstRequests::letGo).inThisJvm(),
            rule("who came earlier is let go at once", FirstRequests::letGoAtOnce).inThisJvm(),
            rule("who sends nothing is let go before a short drain ends, which is clean", FirstRequests::shortDrain).inThisJvm(),
            rule("without such a deadline it is let go at once", FirstRequests::switchedOff).inThisJvm());

    private static final Portable.Streams ECHO = c -> {
        for (var line : c.lines()) {
            c.send(line + "\n");
        }
    };

    private FirstRequests() {}

    /** Its client may be late: the machine may be busy. */
    private static StreamBuilder patient(Stage stage) {
        return stage.builder().deadlines(Deadlines.defaults().first(MINUTE));
    }

    private static Scene.Task<DrainReport> drain(Stage stage, Server server, Duration deadline) {
        var drain = stage.async(() -> server.drain(deadline));
        Eventually.holds("the server drains", () -> server.state().compareTo(LifeState.DRAINING) >= 0);
        return drain;
    }

    private static void assertServedOnce(Connection client) throws IOException {
        client.send("hello\n");
        assertEquals("hello", client.readLine());
        assertEquals(0, client.receive(1).length, "it is let go after that");
    }

    private static void served(Stage stage) throws Exception {
        var server = stage.open(patient(stage), ECHO).start();
        var client = stage.connect(server);
        stage.witness().awaitCount("accepted", 1);
        var drain = drain(stage, server, MINUTE.multipliedBy(2));
        assertServedOnce(client);
        var report = drain.await();
        assertTrue(report.clean(), report.toString());
        assertEquals(1, report.finished());
    }

    private static void queuedAndServed(Stage stage) throws Exception {
        var first = new AtomicBoolean(true);
        var held = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var server = stage.open(patient(stage).verify(_ -> {
            if (first.getAndSet(false)) {
                held.countDown();
                awaitQuietly(go);
            }
            return true;
        }), ECHO).start();
        var one = stage.async(() -> stage.connect(server)); // under TLS not before it is accepted
        held.await();
        var two = stage.async(() -> stage.connect(server));
        if (stage.subject().has(StreamSubject.Trait.PLAIN)) {
            two.await();
        } else {
            two.awaitBlocked();
        }
        var drain = drain(stage, server, MINUTE.multipliedBy(2));
        go.countDown();
        assertServedOnce(one.await());
        assertServedOnce(two.await());
        var report = drain.await();
        assertTrue(report.clean(), report.toString());
        assertEquals(2, report.finished());
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A server by the time of the test, and a silent client whose handler waits for its first line. */
    private static Server withSilentClient(Stage stage, Deadlines deadlines) throws Exception {
        var waiting = new Thread[1];
        var ready = new CountDownLatch(1);
        var server = stage.open(stage.builder().time(stage.time()).deadlines(deadlines), c -> {
            waiting[0] = Thread.currentThread();
            ready.countDown();
            ECHO.handle(c);
        }).start();
        stage.connect(server);
        ready.await();
        Scene.awaitBlocked(waiting[0]);
        return server;
    }

    private static void assertClean(DrainReport report) {
        assertTrue(report.clean(), report.toString());
        assertEquals(1, report.finished());
    }

    private static void letGo(Stage stage) throws Exception {
        var server = withSilentClient(stage, Deadlines.defaults());
        var drain = drain(stage, server, MINUTE);
        stage.time().awaitScheduled(SECOND);
        stage.time().advance(SECOND.minusMillis(1));
        drain.awaitBlocked();
        assertFalse(drain.isDone());
        stage.time().advanceUntil(Duration.ofMillis(1), drain::isDone); // its deadline may be set only now
        assertClean(drain.await());
    }

    private static void letGoAtOnce(Stage stage) throws Exception {
        var server = withSilentClient(stage, Deadlines.defaults());
        stage.time().advance(SECOND);
        assertClean(drain(stage, server, MINUTE).await());
    }

    private static void shortDrain(Stage stage) throws Exception {
        var server = withSilentClient(stage, Deadlines.defaults());
        var drain = drain(stage, server, SECOND);
        stage.time().awaitScheduled(SECOND.dividedBy(2));
        stage.time().advance(SECOND.dividedBy(2));
        assertClean(drain.await());
    }

    private static void switchedOff(Stage stage) throws Exception {
        var server = withSilentClient(stage, Deadlines.defaults().first(Duration.ZERO));
        assertClean(drain(stage, server, MINUTE).await());
    }
}
