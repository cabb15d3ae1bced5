package dev.weft.testkit;

import static dev.weft.testkit.Failures.assertSays;
import static dev.weft.testkit.Rule.rule;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.weft.net.Address;
import dev.weft.net.LifeState;
import dev.weft.net.Server;

/** Opening, serving, shutting down, closing: which call is legal when, and that none of them hangs. */
final class LifecycleRules {
    static final List<Rule<Stage>> RULES = List.of(
            rule("SS-7: a server shows its real address, its handler and its name", LifecycleRules::showsItself),
            rule("SS-4: a thousand failing opens say why and leak no descriptor", LifecycleRules::failingOpensLeakNothing),
            rule("SS-8: close is idempotent and shows no descriptor afterwards", LifecycleRules::closesTwice),
            rule("SS-9: the address is free when close returns", LifecycleRules::addressIsFree),
            rule("SS-10, SS-11: shutdown ends the loop before it returns", LifecycleRules::shutdownEndsTheLoop),
            rule("SS-12: shutdown wins against a start of the same moment", LifecycleRules::shutdownWins),
            rule("SS-13: serve, shut down and serve again", LifecycleRules::servesAgain),
            rule("SS-13: who connects between two servings waits and is served", LifecycleRules::backlogOutlivesShutdown),
            rule("SS-14: shutdown of a server that never served returns at once", LifecycleRules::shutdownBeforeServing),
            rule("SS-14: shutdown from a handler does not wait for itself", LifecycleRules::shutdownFromHandler).inThisJvm(),
            rule("SS-15: close without shutdown ends the loop", LifecycleRules::closeEndsTheLoop),
            rule("SS-15: close from a handler does not wait for itself", LifecycleRules::closeFromHandler).inThisJvm(),
            rule("SS-33: a server that never served closes at once", LifecycleRules::closesImmediately),
            rule("SS-11: shutdown by several threads at once returns to each", LifecycleRules::shutdownByMany),
            rule("SS-15: close by several threads at once returns to each", LifecycleRules::closeByMany),
            rule("SS-16: handleRequest serves one request and no more", LifecycleRules::handlesOne),
            rule("SS-16: handleRequest gives up when its time is over", LifecycleRules::handleRequestTimesOut),
            rule("SS-16: shutdown ends handleRequest", LifecycleRules::shutdownEndsHandleRequest),
            rule("SS-10: an interrupt ends run and stays set", LifecycleRules::interruptEndsTheLoop),
            rule("SS-10: actions run while nobody comes, and one that throws harms nobody", LifecycleRules::actionsRun),
            rule("SS-13: a call that the state forbids names the state", LifecycleRules::illegalCallsSayWhy));

    private static final Portable.Streams ECHO = c -> c.send(c.readLine() + "\n");

    private LifecycleRules() {}

    private static void assertServes(Stage stage, Server server) throws Exception {
        try (var client = stage.dial(server).open()) {
            client.send("hello world\n");
            assertEquals("hello world", client.readLine());
        }
    }

    private static void showsItself(Stage stage) throws Exception {
        var server = stage.open(stage.builder().name("itself"), ECHO);
        assertEquals("itself", server.name());
        assertSame(stage.processes() ? Portable.StreamsThere.class : ECHO, server.handler());
        assertEquals(LifeState.NEW, server.state());
        assertTrue(server.address().kind() != Address.Kind.INET || server.port() > 0, "the port that the system chose");
        assertTrue(server.toString().contains("itself"), server.toString());
        server.start();
        assertEquals(LifeState.RUNNING, server.state());
        assertServes(stage, server);
    }

    private static void failingOpensLeakNothing(Stage stage) throws Exception {
        var first = stage.open(ECHO);
        var before = Resources.descriptors();
        var times = stage.sequential() ? 1_024 : 64; // the concurrency plays no part in it
        for (int i = 0; i < times; i++) {
            var failure = assertThrows(BindException.class,
                    () -> stage.subject().server().apply(Server.at(first.address())).transport(stage.subject().transport()).open(ECHO));
            assertSays(first.address().toString(), failure);
        }
        Resources.awaitDescriptors(before);
    }

    private static void closesTwice(Stage stage) throws Exception {
        var server = stage.serve(ECHO);
        server.close();
        assertEquals(LifeState.ENDED, server.state());
        server.close();
        server.shutdown();
        assertTrue(server.drain(Duration.ofSeconds(1)).clean());
        assertTrue(server.fileno().isEmpty());
    }

    private static void addressIsFree(Stage stage) throws Exception {
        Address address;
        try (var server = stage.serve(ECHO)) {
            address = server.address();
            assertServes(stage, server);
        }
        if (address.kind() == Address.Kind.UNIX) {
            Files.delete(Path.of(address.host())); // SS-49: a server deletes no file unasked
        }
        var again = stage.keep(stage.subject().server().apply(Server.at(address)).transport(stage.subject().transport()).open(ECHO));
        assertEquals(address, again.address());
        assertServes(stage, again.start());
    }

    private static void shutdownEndsTheLoop(Stage stage) throws Exception {
        var server = stage.open(ECHO);
        var loop = stage.run(server::run);
        assertServes(stage, server);
        server.shutdown();
        assertEquals(LifeState.NEW, server.state());
        loop.await();
    }

    private static void shutdownWins(Stage stage) throws Exception {
        var loops = new ArrayList<Scene.Task<Boolean>>();
        for (int i = 0; i < 20; i++) {
            var server = stage.open(ECHO);
            loops.add(stage.run(server::run));
            server.shutdown();
        }
        for (var loop : loops) {
            loop.await();
        }
        for (int i = 0; i < 20; i++) {
            var server = stage.serve(ECHO);
            server.shutdown();
            assertEquals(LifeState.NEW, server.state());
        }
    }

    private static void servesAgain(Stage stage) throws Exception {
        var server = stage.open(ECHO);
        for (int i = 0; i < 3; i++) {
            var loop = stage.run(server::run);
            assertServes(stage, server);
            server.shutdown();
            loop.await();
        }
        server.start();
        assertServes(stage, server);
        server.shutdown();
        server.start();
        assertServes(stage, server);
    }

    private static void backlogOutlivesShutdown(Stage stage) throws Exception {
        var server = stage.serve(ECHO);
        assertServes(stage, server);
        server.shutdown();
        var client = stage.async(() -> {
            try (var c = stage.dial(server).open()) {
                c.send("still there\n");
                return c.readLine();
            }
        });
        client.awaitBlocked();
        assertEquals(1, server.stats().accepted());
        server.start();
        assertEquals("still there", client.await());
    }

    private static void shutdownBeforeServing(Stage stage) throws Exception {
        var server = stage.open(ECHO);
        server.shutdown();
        server.run(); // the shutdown came first, and wins once
        assertEquals(LifeState.NEW, server.state());
        assertServes(stage, server.start());
    }

    private static void shutdownFromHandler(Stage stage) throws Exception {
        var server = stage.open(c -> {
            Server.current().shutdown();
            c.send("asked\n");
        });
        var loop = stage.run(server::run);
        assertEquals("asked", stage.connect(server).readLine());
        loop.await();
        assertEquals(LifeState.NEW, server.state());
    }

    private static void closeEndsTheLoop(Stage stage) throws Exception {
        var server = stage.open(ECHO);
        var loop = stage.run(server::run);
        assertServes(stage, server);
        server.close();
        loop.await();
        assertEquals(LifeState.ENDED, server.state());
    }

    private static void closeFromHandler(Stage stage) throws Exception {
        var server = stage.open(c -> {
            Server.current().close();
            assertFalse(Thread.currentThread().isInterrupted(), "close has interrupted its own caller");
            c.send("closed\n");
        });
        var loop = stage.run(server::run);
        assertEquals("closed", stage.connect(server).readLine());
        loop.await();
        assertEquals(LifeState.ENDED, server.state());
    }

    private static void closesImmediately(Stage stage) throws Exception {
        var server = stage.open(ECHO);
        server.close();
        assertEquals(LifeState.ENDED, server.state());
        assertThrows(IllegalStateException.class, server::run);
    }

    private static void shutdownByMany(Stage stage) throws Exception {
        var server = stage.open(ECHO);
        var loop = stage.run(server::run);
        assertServes(stage, server);
        inEach(stage, 4, server::shutdown);
        loop.await();
        assertEquals(LifeState.NEW, server.state());
    }

    private static void closeByMany(Stage stage) throws Exception {
        var server = stage.open(ECHO);
        var loop = stage.run(server::run);
        assertServes(stage, server);
        inEach(stage, 4, () -> {
            server.close();
            assertEquals(LifeState.ENDED, server.state());
        });
        loop.await();
    }

    private static void inEach(Stage stage, int threads, Runnable what) throws Exception {
        var together = new CountDownLatch(threads);
        var tasks = new ArrayList<Scene.Task<Boolean>>();
        for (int i = 0; i < threads; i++) {
            tasks.add(stage.run(() -> {
                together.countDown();
                together.await();
                what.run();
            }));
        }
        for (var task : tasks) {
            task.await();
        }
    }

    private static void handlesOne(Stage stage) throws Exception {
        var server = stage.open(ECHO);
        var loop = stage.async(() -> server.handleRequest(Duration.ZERO));
        assertServes(stage, server);
        assertTrue(loop.await());
        assertEquals(LifeState.NEW, server.state());
        assertEquals(1, server.stats().accepted());
    }

    private static void handleRequestTimesOut(Stage stage) throws Exception {
        var server = stage.open(stage.builder().time(stage.time()), ECHO);
        var loop = stage.async(() -> server.handleRequest(Duration.ofMinutes(5)));
        stage.time().awaitScheduled(Duration.ofMinutes(5));
        loop.awaitBlocked();
        stage.time().advance(Duration.ofSeconds(299));
        loop.awaitBlocked();
        assertFalse(loop.isDone());
        stage.time().advance(Duration.ofSeconds(1));
        assertFalse(loop.await());
    }

    private static void shutdownEndsHandleRequest(Stage stage) throws Exception {
        var server = stage.open(ECHO);
        var loop = stage.async(() -> server.handleRequest(Duration.ZERO));
        loop.awaitBlocked();
        server.shutdown();
        assertFalse(loop.await());
    }

    private static void interruptEndsTheLoop(Stage stage) throws Exception {
        var server = stage.open(ECHO);
        var loop = stage.async(() -> {
            server.run();
            return Thread.currentThread().isInterrupted();
        });
        assertServes(stage, server);
        loop.thread().interrupt();
        assertTrue(loop.await(), "the interrupt stays set");
        assertEquals(LifeState.NEW, server.state());
        assertServes(stage, server.start());
    }

    private static void actionsRun(Stage stage) throws Exception {
        var ran = new CountDownLatch(3);
        var first = new AtomicBoolean(true);
        var server = stage.open(stage.builder().time(stage.time()).every(Duration.ofHours(1), () -> {
            if (first.getAndSet(false)) {
                throw new IllegalStateException("an action that fails once");
            }
        }).every(Duration.ofHours(1), ran::countDown), ECHO);
        server.start();
        stage.time().advanceUntil(Duration.ofHours(1), () -> ran.getCount() == 0);
        assertServes(stage, server);
    }

    private static void illegalCallsSayWhy(Stage stage) throws Exception {
        var server = stage.serve(ECHO);
        for (Runnable call : List.<Runnable>of(server::run, server::start, server::handleRequest)) {
            assertSays("RUNNING", assertThrows(IllegalStateException.class, call::run));
        }
        server.close();
        for (Runnable call : List.<Runnable>of(server::run, server::start, server::handleRequest)) {
            assertSays("ENDED", assertThrows(IllegalStateException.class, call::run));
        }
    }
}
