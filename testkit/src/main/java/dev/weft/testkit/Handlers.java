package dev.weft.testkit;

import static dev.weft.testkit.Rule.rule;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import dev.weft.net.Connection;
import dev.weft.net.RequestHandler;
import dev.weft.net.Server;
import dev.weft.net.ServerObserver;

/** One request from accept to close: what is called when, on which thread, and what becomes of what is thrown. */
final class Handlers {
    static final List<Rule<Stage>> RULES = List.of(
            rule("SS-18, SS-40: verify, setup, handle, finish, then close", Handlers::order),
            rule("SS-18, SS-41: when handle throws: finish, failed, then close", Handlers::orderWhenHandleThrows),
            rule("SS-41: when setup throws neither handle nor finish runs", Handlers::setupThrows),
            rule("SS-41: what finish throws is reported", Handlers::finishThrows),
            rule("SS-40: a class gives each connection an object of its own", Handlers::objectEach),
            rule("SS-40: a constructor that throws costs its connection only", Handlers::constructorThrows),
            rule("SS-42: an object that can serve only once is refused", Handlers::objectRefused),
            rule("SS-40: a lambda serves every connection", Handlers::lambdaServesAll).inThisJvm(),
            rule("SS-19: verify's no shuts the connection down without a handler", Handlers::verifySaysNo),
            rule("SS-20: a verify that throws costs its connection only", Handlers::verifyThrows),
            rule("SS-20: an observer that throws changes nothing", Handlers::observerThrows),
            rule("SS-21, SS-22: an exception or an error of a handler goes to the observer, and the server goes on", Handlers::handlerThrows),
            rule("SS-23: the peer sees the end when the handler returns", Handlers::endAfterHandler),
            rule("SS-25: a sequential server serves strictly one at a time", Handlers::oneAtATime).inThisJvm(),
            rule("SS-30: requests run beside one another, each on a thread with a name", Handlers::besideOneAnother).parallel(3),
            rule("SS-30: Connection.current and Server.current are those of the handler", Handlers::current).inThisJvm(),
            rule("SS-32: requests that have ended are not kept", Handlers::endedAreNotKept),
            rule("SS-18: the observer is told of every byte", Handlers::bytesAreCounted),
            rule("SS-22: a handler that closes early, and again, harms nobody", Handlers::closesEarly),
            rule("SS-22: a handler that aborts harms nobody", Handlers::aborts),
            rule("SS-22: a handler that never reads harms nobody", Handlers::neverReads).inThisJvm());

    /** Whose class-made handlers tell whom: they can't be given anything. */
    private static final ConcurrentHashMap<String, Witness> TOLD = new ConcurrentHashMap<>();
    private static final AtomicInteger NAMES = new AtomicInteger();

    private Handlers() {}

    private static Server serve(Stage stage, Class<? extends Recorder> handler) throws IOException {
        var name = "recorded-" + NAMES.incrementAndGet();
        TOLD.put(name, stage.witness());
        stage.keep(() -> TOLD.remove(name));
        return stage.keep(stage.builder().name(name).verify(c -> {
            stage.witness().note("verify");
            return true;
        }).open(handler)).start();
    }

    /** Notes what is called. */
    static class Recorder extends RequestHandler {
        private int served;

        /** The witness knows the order of all, but is not there in a worker process; the client always hears of it. */
        final void note(String event) throws IOException {
            var witness = TOLD.get(server().name());
            if (witness != null) {
                witness.note(event);
            }
            connection().send(event + "\n");
        }

        @Override
        protected void setup() throws Exception {
            note("setup");
        }

        @Override
        protected void handle() throws Exception {
            note("handle");
            connection().send(connection().readLine() + ", call " + ++served + "\n");
        }

        @Override
        protected void finish() throws Exception {
            note("finish");
        }
    }

    static final class FailsInSetup extends Recorder {
        @Override
        protected void setup() throws Exception {
            super.setup();
            throw new IllegalStateException("setup");
        }
    }

    static final class FailsInHandle extends Recorder {
        @Override
        protected void handle() throws Exception {
            super.handle();
            throw new IllegalStateException("handle");
        }
    }

    static final class FailsInFinish extends Recorder {
        @Override
        protected void finish() throws Exception {
            super.finish();
            throw new IllegalStateException("finish");
        }
    }

    static final class FailsInConstructor extends Recorder {
        FailsInConstructor() {
            throw new IllegalStateException("constructor");
        }
    }

    private static void assertEchoes(Stage stage, Server server) throws IOException {
        try (var client = stage.dial(server).open()) {
            client.send("hello world\n");
            assertEquals("hello world", client.readLine());
            assertEquals(0, client.receive(1).length);
        }
    }

    /** Everything that a recorder sends to a client who says this. */
    private static List<String> hears(Stage stage, Server server, String said) throws IOException {
        try (var client = stage.dial(server).open()) {
            client.send(said);
            var all = new ArrayList<String>();
            client.lines().forEach(all::add);
            return all;
        }
    }

    /** What the witness was told; of a handler in another process it hears nothing. */
    private static void assertEvents(Stage stage, String... events) {
        var own = stage.processes() ? Set.of("setup", "handle", "finish") : Set.<String>of();
        assertEquals(Stream.of(events).filter(event -> !own.contains(event)).toList(), stage.witness().events());
    }

    private static void assertEnds(Stage stage, Server server) throws IOException {
        try (var client = stage.dial(server).open()) {
            assertEquals(0, client.receive(1).length);
        }
    }

    private static void order(Stage stage) throws Exception {
        var server = serve(stage, Recorder.class);
        assertEquals(List.of("setup", "handle", "hello, call 1", "finish"), hears(stage, server, "hello\n"));
        stage.witness().awaitCount("closed", 1);
        assertEvents(stage, "opened", "verify", "accepted", "setup", "handle", "finish", "closed");
    }

    private static void orderWhenHandleThrows(Stage stage) throws Exception {
        var server = serve(stage, FailsInHandle.class);
        assertEquals(List.of("setup", "handle", "hello, call 1", "finish"), hears(stage, server, "hello\n"));
        stage.witness().awaitCount("closed", 1);
        assertEvents(stage, "opened", "verify", "accepted", "setup", "handle", "finish", "failed", "closed");
        stage.witness().failure(IllegalStateException.class, "handle");
        assertEquals(1, server.stats().failed());
    }

    private static void setupThrows(Stage stage) throws Exception {
        assertEquals(List.of("setup"), hears(stage, serve(stage, FailsInSetup.class), ""));
        stage.witness().awaitCount("closed", 1);
        assertEvents(stage, "opened", "verify", "accepted", "setup", "failed", "closed");
        stage.witness().failure(IllegalStateException.class, "setup");
    }

    private static void finishThrows(Stage stage) throws Exception {
        assertEquals(List.of("setup", "handle", "hello, call 1", "finish"), hears(stage, serve(stage, FailsInFinish.class), "hello\n"));
        stage.witness().failure(IllegalStateException.class, "finish");
    }

    private static void constructorThrows(Stage stage) throws Exception {
        var server = serve(stage, FailsInConstructor.class);
        for (int i = 0; i < 2; i++) {
            assertEnds(stage, server);
            stage.witness().failure(IllegalStateException.class, "constructor");
        }
    }

    private static void objectEach(Stage stage) throws Exception {
        var server = serve(stage, Recorder.class);
        for (int i = 0; i < 3; i++) {
            assertEquals(List.of("setup", "handle", "hello, call 1", "finish"), hears(stage, server, "hello\n"));
        }
        assertEquals(Recorder.class, server.handler());
    }

    private static void objectRefused(Stage stage) {
        assertThrows(IllegalArgumentException.class, () -> stage.builder().open(new Recorder()));
    }

    private static void lambdaServesAll(Stage stage) throws Exception {
        var calls = new AtomicInteger();
        var server = stage.serve(c -> c.send(c.readLine() + calls.incrementAndGet() + "\n"));
        for (int i = 1; i <= 3; i++) {
            try (var client = stage.dial(server).open()) {
                client.send("call \n");
                assertEquals("call " + i, client.readLine());
            }
        }
    }

    private static void verifySaysNo(Stage stage) throws Exception {
        var server = stage.open(stage.builder().verify(c -> false), c -> c.send("let in\n")).start();
        assertTurnedAway(stage, server);
        stage.witness().awaitCount("rejected", 1);
        assertEquals(0, stage.witness().count("accepted"));
        assertEquals(1, server.stats().rejected());
        assertEquals(0, server.stats().accepted());
    }

    /** Under TLS the handshake fails already, as nobody is there to make it. */
    private static void assertTurnedAway(Stage stage, Server server) throws IOException {
        if (stage.subject().has(StreamSubject.Trait.PLAIN)) {
            assertEnds(stage, server);
        } else {
            assertThrows(IOException.class, () -> stage.dial(server).open());
        }
    }

    private static void verifyThrows(Stage stage) throws Exception {
        var first = new AtomicInteger();
        var server = stage.open(stage.builder().verify(c -> {
            if (first.getAndIncrement() == 0) {
                throw new IllegalStateException("verify");
            }
            return true;
        }), c -> c.send(c.readLine() + "\n")).start();
        assertTurnedAway(stage, server);
        stage.witness().failure(IllegalStateException.class, "verify");
        assertEchoes(stage, server);
    }

    private static void observerThrows(Stage stage) throws Exception {
        var server = stage.open(stage.builder().observer(new ServerObserver() {
            @Override
            public void accepted(Connection c) {
                throw new IllegalStateException("an observer that fails when a connection comes");
            }

            @Override
            public void failed(Connection c, Throwable failure) {
                throw new StackOverflowError("an observer that fails when a handler failed");
            }
        }), c -> {
            c.send(c.readLine() + "\n");
            throw new IllegalStateException("a handler that fails");
        }).start();
        assertEchoes(stage, server);
        assertEchoes(stage, server);
    }

    private static void handlerThrows(Stage stage) throws Exception {
        var server = stage.serve(c -> {
            var kind = c.readLine();
            c.send(kind + "\n");
            switch (kind) {
                case "unchecked" -> throw new IllegalStateException(kind);
                case "checked" -> throw new IOException(kind);
                case "error" -> throw new AssertionError(kind);
                case "deep" -> throw new StackOverflowError(kind);
                default -> throw new UnheardOfError(kind);
            }
        });
        var thrown = new LinkedHashMap<String, Class<? extends Throwable>>();
        thrown.put("unchecked", IllegalStateException.class);
        thrown.put("checked", IOException.class);
        thrown.put("error", AssertionError.class);
        thrown.put("deep", StackOverflowError.class);
        thrown.put("unheard of", UnheardOfError.class);
        for (var kind : thrown.entrySet()) {
            assertEquals(List.of(kind.getKey()), hears(stage, server, kind.getKey() + "\n"));
            stage.witness().failure(kind.getValue(), kind.getKey());
        }
        assertEquals(thrown.size(), server.stats().failed());
        Eventually.holds("no request is left", () -> server.stats().active() == 0);
    }

    /** An error that is nothing the JDK knows. */
    private static final class UnheardOfError extends Error {
        private static final long serialVersionUID = 1L;

        UnheardOfError(String message) {
            super(message);
        }
    }

    private static void endAfterHandler(Stage stage) throws Exception {
        var server = stage.serve(c -> c.send("bye\n"));
        try (var client = stage.dial(server).open()) {
            assertEquals("bye", client.readLine());
            assertEquals(0, client.receive(1).length);
            assertEquals(0, client.receive(1).length);
        }
    }

    private static void oneAtATime(Stage stage) throws Exception {
        assumeTrue(stage.sequential(), "a rule of sequential servers");
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        var server = stage.serve(c -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            c.send(c.readLine() + "\n");
            running.decrementAndGet();
        });
        var first = stage.dial(server);
        var clients = new ArrayList<Scene.Task<String>>();
        for (int i = 0; i < 5; i++) {
            clients.add(stage.async(() -> {
                try (var client = first.open()) {
                    client.send("one of many\n");
                    return client.readLine();
                }
            }));
        }
        for (var client : clients) {
            assertEquals("one of many", client.await());
        }
        assertEquals(1, most.get());
    }

    private static void besideOneAnother(Stage stage) throws Exception {
        var together = stage.latch(3);
        var server = stage.open(stage.builder().name("beside"), c -> {
            together.countDown();
            together.await();
            c.send(ProcessHandle.current().pid() + " " + Thread.currentThread().getName() + "\n");
        }).start();
        var clients = List.of(stage.connect(server), stage.connect(server), stage.connect(server));
        var threads = new HashSet<String>();
        for (var client : clients) {
            threads.add(client.readLine());
        }
        assertEquals(3, threads.size(), threads.toString());
        assertTrue(stage.processes() || threads.stream().allMatch(name -> name.matches("[0-9]+ beside-[0-9]+")), threads.toString());
    }

    private static void current(Stage stage) throws Exception {
        var seen = new LinkedBlockingQueue<Object>();
        var server = stage.serve(c -> {
            seen.add(c);
            seen.add(Connection.current());
            seen.add(Server.current());
        });
        assertEnds(stage, server);
        assertEnds(stage, server);
        var first = seen.take();
        assertSame(first, seen.take());
        assertSame(server, seen.take());
        assertNotSame(first, seen.take());
        assertThrows(IllegalStateException.class, Connection::current);
        assertThrows(IllegalStateException.class, Server::current);
    }

    private static void endedAreNotKept(Stage stage) throws Exception {
        var server = stage.serve(c -> c.send(c.readLine() + "\n"));
        for (int i = 0; i < 10; i++) {
            assertEchoes(stage, server);
        }
        Eventually.holds("no request is left", () -> server.stats().active() == 0 && server.connections().isEmpty());
        assertEquals(10, server.stats().accepted());
    }

    private static void bytesAreCounted(Stage stage) throws Exception {
        var server = stage.serve(c -> {
            c.readLine();
            c.send(new byte[1_000]);
        });
        try (var client = stage.dial(server).open()) {
            client.send("twenty-one bytes long\n");
            client.shutdownOutput();
            assertEquals(1_000, client.input().readAllBytes().length);
        }
        stage.witness().awaitCount("closed", 1);
        assertEquals(22, stage.witness().bytesIn());
        assertEquals(1_000, stage.witness().bytesOut());
        assertEquals(22, server.stats().bytesIn());
        assertEquals(1_000, server.stats().bytesOut());
    }

    private static void closesEarly(Stage stage) throws Exception {
        var server = stage.serve(c -> {
            var line = c.readLine();
            c.send(line + "\n");
            c.close();
            c.close();
            assertFalse(c.isOpen());
        });
        assertEchoes(stage, server);
        assertEchoes(stage, server);
        stage.witness().awaitCount("closed", 2);
        assertEquals(2, stage.witness().count("closed"));
    }

    private static void aborts(Stage stage) throws Exception {
        var server = stage.serve(c -> {
            if (c.readLine().equals("abort")) {
                c.abort();
                c.close();
            } else {
                c.send("hello world\n");
            }
        });
        var client = stage.connect(server);
        client.send("abort\n");
        if (stage.subject().has(StreamSubject.Trait.VISIBLE_RESET)) {
            assertThrows(IOException.class, () -> client.receive(1));
        } else {
            Eventually.holds("the server has dropped it", () -> stage.witness().count("closed") == 1);
        }
        assertEchoes(stage, server);
    }

    private static void neverReads(Stage stage) throws Exception {
        var sent = new Semaphore(0);
        var server = stage.serve(c -> {
            c.send("hello world\n");
            sent.acquire();
        });
        for (int i = 0; i < 3; i++) {
            stage.connect(server).send("nobody reads this\n");
            sent.release();
            stage.witness().awaitCount("closed", i + 1);
        }
        Eventually.holds("no request is left", () -> server.stats().active() == 0);
    }
}
