package dev.weft.testkit;

import static dev.weft.testkit.Rule.rule;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import dev.weft.net.Address;
import dev.weft.net.Deadlines;
import dev.weft.net.LifeState;
import dev.weft.net.Server;
import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.StreamChannel;
import dev.weft.net.spi.Transport;

/** Errors, a want of memory above all, wherever they meet a server: it serves on, or it ends; it does not stay and serve nobody. */
final class Shortages {
    private static final String TEXT = "made to fail";

    static final List<Rule<Stage>> RULES = List.of(
            rule("out of memory while it accepts, a server reports, rests and serves again",
                    stage -> recovers(stage, () -> new OutOfMemoryError(TEXT))),
            rule("so it does when the stack was too small", stage -> recovers(stage, () -> new StackOverflowError(TEXT))),
            rule("out of memory in verify costs that connection", Shortages::inVerify),
            rule("out of memory in a handler costs that connection, also a sequential server's", Shortages::inHandler),
            rule("out of memory in an action, the server serves on", Shortages::inAction),
            rule("a started server whose loop can't go on ends, reports, and frees its address", Shortages::endsForGood),
            rule("SS-22: run throws what its loop can't go on after", Shortages::throwsForGood));

    private static final int FAILURES = 3;

    private static final Portable.Streams ECHO = c -> c.send(c.readLine() + "\n");

    private Shortages() {}

    /** Its listeners throw something, a few times. */
    private static final class Throwing extends ForwardingTransport {
        private final Supplier<Throwable> failure;
        private final AtomicInteger left;

        Throwing(Transport inner, Supplier<Throwable> failure, int times) {
            super(inner);
            this.failure = failure;
            left = new AtomicInteger(times);
        }

        @Override
        public ListenerChannel listen(Address address, SocketSettings settings) throws IOException {
            return new ForwardingListener(super.listen(address, settings)) {
                @Override
                public Optional<StreamChannel> accept() throws IOException {
                    if (left.getAndDecrement() > 0) {
                        throw thrown(failure.get());
                    }
                    return super.accept();
                }
            };
        }
    }

    private static RuntimeException thrown(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return (RuntimeException) failure;
    }

    private static void recovers(Stage stage, Supplier<Throwable> failure) throws Exception {
        var server = stage.open(stage.builder().time(stage.time()).deadlines(Deadlines.none())
                .transport(new Throwing(stage.subject().transport(), failure, FAILURES)), ECHO)
                .start();
        stage.time().advanceUntil(Duration.ofSeconds(1), () -> stage.witness().count("acceptFailed") == FAILURES);
        var client = stage.async(() -> {
            try (var c = stage.dial(server).open()) {
                c.send("hello\n");
                return c.readLine();
            }
        });
        stage.time().advanceUntil(Duration.ofMillis(100), client::isDone);
        assertEquals("hello", client.await());
        var told = stage.witness().acceptFailures().getFirst();
        assertTrue(String.valueOf(told.getMessage()).contains(TEXT), told.toString());
        assertInstanceOf(failure.get().getClass(), told.getCause());
    }

    private static void assertServes(Stage stage, Server server) throws IOException {
        try (var c = stage.dial(server).open()) {
            c.send("hello\n");
            assertEquals("hello", c.readLine());
        }
    }

    private static void inVerify(Stage stage) throws Exception {
        var left = new AtomicInteger(FAILURES);
        var server = stage.open(stage.builder().verify(_ -> {
            if (left.getAndDecrement() > 0) {
                throw new OutOfMemoryError(TEXT);
            }
            return true;
        }), ECHO).start();
        for (int i = 0; i < FAILURES; i++) {
            assertThrows(IOException.class, () -> assertServes(stage, server));
            stage.witness().failure(OutOfMemoryError.class, TEXT);
        }
        assertServes(stage, server);
        Eventually.holds("no place is taken any more", () -> server.stats().active() == 0);
    }

    private static void inHandler(Stage stage) throws Exception {
        var server = stage.serve(c -> {
            var line = c.readLine();
            if (line.equals("fail")) {
                throw new OutOfMemoryError(TEXT);
            }
            c.send(line + "\n");
        });
        for (int i = 0; i < FAILURES; i++) {
            try (var c = stage.dial(server).open()) {
                c.send("fail\n");
                assertThrows(IOException.class, c::readLine);
            }
            stage.witness().failure(OutOfMemoryError.class, TEXT);
        }
        assertServes(stage, server);
    }

    private static void inAction(Stage stage) throws Exception {
        var runs = new AtomicInteger();
        var server = stage.open(stage.builder().time(stage.time()).every(Duration.ofSeconds(1), () -> {
            runs.incrementAndGet();
            throw new OutOfMemoryError(TEXT);
        }), ECHO).start();
        stage.time().advanceUntil(Duration.ofSeconds(1), () -> runs.get() >= FAILURES);
        assertServes(stage, server);
    }

    private static void endsForGood(Stage stage) throws Exception {
        var transport = new Throwing(stage.subject().transport(), () -> new InternalError(TEXT), 1);
        var server = stage.open(stage.builder().transport(transport), ECHO).start();
        Eventually.holds("the server ends", () -> server.state() == LifeState.ENDED);
        assertEquals(1, stage.witness().acceptFailures().size());
        assertEquals(1, stage.witness().drains().size());
        assertThrows(IOException.class, () -> stage.dial(server).open());
    }

    private static void throwsForGood(Stage stage) throws Exception {
        var transport = new Throwing(stage.subject().transport(), () -> new InternalError(TEXT), 1);
        var server = stage.open(stage.builder().transport(transport), ECHO);
        var loop = stage.run(server::run);
        assertInstanceOf(InternalError.class, assertThrows(ExecutionException.class, loop::await).getCause());
        assertEquals(1, stage.witness().acceptFailures().size());
        server.start();
        assertServes(stage, server);
    }
}
