package dev.weft.testkit;

import static dev.weft.testkit.Rule.rule;
import static dev.weft.testkit.StreamSubject.Trait.WHOLE_WRITES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.weft.net.Address;
import dev.weft.net.Admission;
import dev.weft.net.Connection;
import dev.weft.net.Server;

/** How many are let in, and what becomes of the next. */
final class Admissions {
    static final List<Rule<Stage>> RULES = List.of(
            rule("a server admits 10,000, or one a worker process, and lets the next wait, unless told otherwise", Admissions::defaults),
            rule("SS-25: a sequential server takes no admission", Admissions::notSequential).inThisJvm(),
            rule("waiting: the next waits until somebody leaves", Admissions::waiting).concurrent(),
            rule("rejecting: the next is told goodbye and closed", Admissions::rejecting).concurrent(),
            rule("rejecting: without a goodbye the next just sees the end", Admissions::rejectingSilently).concurrent(),
            rule("evicting: the next takes the place of the one idle longest", Admissions::evicting).parallel(3).inThisJvm(),
            rule("per peer: one host gets so many, and peers without a host are not counted", Admissions::perPeer).concurrent(),
            rule("a wider admission lets in at once who waits", Admissions::widened).concurrent(),
            rule("a narrower admission puts nobody out", Admissions::narrowed).concurrent(),
            rule("a place is free again when a handler throws", Admissions::freedByFailure).concurrent());

    private static final Portable.Streams ECHO = c -> {
        for (var line : c.lines()) {
            c.send(line + "\n");
        }
    };

    private static final String FULL = "full, come back later\n";

    private Admissions() {}

    private static Server serve(Stage stage, Admission admission) throws IOException {
        return stage.open(stage.builder().admission(admission).time(stage.time()), ECHO).start();
    }

    private static Connection talk(Stage stage, Server server) throws IOException {
        var client = stage.connect(server);
        assertTalks(client);
        return client;
    }

    private static void assertTalks(Connection client) throws IOException {
        client.send("hello\n");
        assertEquals("hello", client.readLine());
    }

    private static Scene.Task<Connection> talkLater(Stage stage, Server server) {
        return stage.async(() -> talk(stage, server));
    }

    private static void defaults(Stage stage) throws Exception {
        var most = stage.processes() ? Scene.atOnce(stage.concurrency()) : 10_000;
        assertEquals(Admission.waiting(most), stage.open(ECHO).admission());
    }

    private static void notSequential(Stage stage) throws Exception {
        assumeTrue(stage.sequential(), "a rule of sequential servers");
        assertThrows(IllegalArgumentException.class, () -> stage.builder().admission(Admission.rejecting(1)).open(ECHO));
        assertThrows(IllegalStateException.class, () -> stage.open(ECHO).admission(Admission.rejecting(1)));
    }

    private static void waiting(Stage stage) throws Exception {
        var server = serve(stage, Admission.waiting(1));
        var first = talk(stage, server);
        var second = talkLater(stage, server);
        second.awaitBlocked();
        assertTalks(first);
        assertEquals(1, server.stats().accepted());
        first.close();
        second.await();
        assertEquals(2, server.stats().accepted());
        assertEquals(0, server.stats().rejected());
    }

    private static void rejecting(Stage stage) throws Exception {
        var server = serve(stage, Admission.rejecting(1).goodbye(FULL));
        var first = talk(stage, server);
        if (stage.subject().has(StreamSubject.Trait.PLAIN)) {
            var second = stage.connect(server);
            var told = new String(second.input().readAllBytes(), StandardCharsets.UTF_8);
            // As far as the socket takes it at once: under a fault that holds writes back, that may be little.
            assertTrue(stage.subject().has(WHOLE_WRITES) ? told.equals(FULL) : FULL.startsWith(told), told);
        } else {
            assertThrows(IOException.class, () -> stage.connect(server));
        }
        stage.witness().awaitCount("rejected", 1);
        assertEquals(1, server.stats().rejected());
        assertTalks(first);
        first.close();
        Eventually.holds("the first has left", () -> server.stats().active() == 0);
        talk(stage, server);
    }

    private static void rejectingSilently(Stage stage) throws Exception {
        var server = serve(stage, Admission.rejecting(1));
        var first = talk(stage, server);
        if (stage.subject().has(StreamSubject.Trait.PLAIN)) {
            assertEquals(0, stage.connect(server).receive(1).length);
        } else {
            assertThrows(IOException.class, () -> stage.connect(server));
        }
        assertTalks(first);
    }

    private static void evicting(Stage stage) throws Exception {
        var handlers = new CopyOnWriteArrayList<Thread>();
        var server = stage.open(stage.builder().admission(Admission.evictingIdlest(2).goodbye("others wait\n")).time(stage.time()), c -> {
            handlers.add(Thread.currentThread());
            ECHO.handle(c);
        }).start();
        var first = talk(stage, server);
        var second = talk(stage, server);
        handlers.forEach(Scene::awaitBlocked); // both have done what makes them not idle
        stage.time().advance(Duration.ofSeconds(1));
        assertTalks(first);
        handlers.forEach(Scene::awaitBlocked);
        stage.time().advance(Duration.ofSeconds(1));
        var third = talk(stage, server);
        var told = new StringBuilder();
        try {
            second.lines().forEach(told::append);
        } catch (UncheckedIOException e) {
            // What was on its way to the other side may turn an end into a reset.
        }
        assertTrue("others wait".startsWith(told.toString()), told.toString());
        assertEquals(1, server.stats().evicted());
        assertTalks(first);
        assertTalks(third);
    }

    private static void perPeer(Stage stage) throws Exception {
        var server = serve(stage, Admission.waiting(10).perPeer(1));
        var first = talk(stage, server);
        if (server.address().kind() != Address.Kind.INET) {
            talk(stage, server);
            return;
        }
        if (stage.subject().has(StreamSubject.Trait.PLAIN)) {
            assertEquals(0, stage.connect(server).receive(1).length);
        } else {
            assertThrows(IOException.class, () -> stage.connect(server));
        }
        assertTalks(first);
        first.close();
        Eventually.holds("the first has left", () -> server.stats().active() == 0);
        talk(stage, server);
    }

    private static void widened(Stage stage) throws Exception {
        var server = serve(stage, Admission.waiting(1));
        var first = talk(stage, server);
        var second = talkLater(stage, server);
        second.awaitBlocked();
        server.admission(Admission.waiting(2));
        second.await();
        assertTalks(first);
        assertEquals(Admission.waiting(2), server.admission());
    }

    private static void narrowed(Stage stage) throws Exception {
        var server = serve(stage, Admission.waiting(2));
        var first = talk(stage, server);
        var second = talk(stage, server);
        server.admission(Admission.waiting(1));
        assertTalks(first);
        assertTalks(second);
        var third = talkLater(stage, server);
        third.awaitBlocked();
        first.close();
        stage.witness().awaitCount("closed", 1);
        assertFalse(third.isDone());
        second.close();
        third.await();
    }

    private static void freedByFailure(Stage stage) throws Exception {
        var server = stage.open(stage.builder().admission(Admission.waiting(1)), c -> {
            c.send(c.readLine() + "\n");
            throw new IllegalStateException("after the answer");
        }).start();
        for (int i = 0; i < 5; i++) {
            talk(stage, server);
            stage.witness().failure(IllegalStateException.class);
        }
    }
}
