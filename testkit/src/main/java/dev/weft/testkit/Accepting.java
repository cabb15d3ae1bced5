package dev.weft.testkit;

import static dev.weft.testkit.Failures.assertSays;
import static dev.weft.testkit.Rule.rule;
import static java.net.StandardSocketOptions.SO_REUSEADDR;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import dev.weft.net.Acceptor;
import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.ConnectionBuilder;
import dev.weft.net.Deadlines;
import dev.weft.net.Server;
import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.ListenerChannel.AcceptFailure;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.StreamChannel;
import dev.weft.net.spi.Transport;

/** Accepting: by the loop, which no failure ends, and by hand. */
final class Accepting {
    static final List<Rule<Stage>> RULES = List.of(
            rule("SS-17: a connection lost in the queue is passed over at once", stage -> recovers(stage, AcceptFailure.CONNECTION)),
            rule("SS-17: out of descriptors, the server pauses, reports and recovers", stage -> recovers(stage, AcceptFailure.EXHAUSTED)),
            rule("SS-17: after any other failure it pauses, reports and goes on", stage -> recovers(stage, AcceptFailure.OTHER)),
            rule("an acceptor accepts, and what it accepted is its caller's", Accepting::byHand).inThisJvm(),
            rule("SS-16: accept gives up when its time is over, and may be called again", Accepting::acceptTimesOut).inThisJvm(),
            rule("an interrupt ends a blocked accept and leaves the acceptor open", Accepting::acceptInterrupted).inThisJvm(),
            rule("close ends a blocked accept", Accepting::acceptClosed).inThisJvm(),
            rule("TLS: strangers that say nothing hold up no acceptor", Accepting::silentStrangers).inThisJvm(),
            rule("TLS: close drops the handshakes that an acceptor has begun", Accepting::closedInHandshakes).inThisJvm(),
            rule("nobody at an address is a ConnectException that names it", Accepting::nobodyThere),
            rule("a client that would connect to itself is refused, as nobody listens there", Accepting::meetsItself));

    private Accepting() {}

    /** Its listeners fail to accept, a few times. */
    private static final class Failing extends ForwardingTransport {
        private final AcceptFailure kind;
        private final AtomicInteger failures;

        Failing(Transport inner, AcceptFailure kind, int failures) {
            super(inner);
            this.kind = kind;
            this.failures = new AtomicInteger(failures);
        }

        @Override
        public ListenerChannel listen(Address address, SocketSettings settings) throws IOException {
            return new ForwardingListener(super.listen(address, settings)) {
                @Override
                public Optional<StreamChannel> accept() throws IOException {
                    if (failures.getAndDecrement() > 0) {
                        throw new InjectedException();
                    }
                    return super.accept();
                }

                @Override
                public AcceptFailure classify(IOException failure) {
                    return failure instanceof InjectedException ? kind : super.classify(failure);
                }
            };
        }
    }

    private static final class InjectedException extends IOException {
        private static final long serialVersionUID = 1L;

        InjectedException() {
            super("injected by the test");
        }
    }

    private static void recovers(Stage stage, AcceptFailure kind) throws Exception {
        var server = stage.open(stage.builder().time(stage.time()).deadlines(Deadlines.none())
                .transport(new Failing(stage.subject().transport(), kind, 3)),
                c -> c.send(c.readLine() + "\n"));
        var loop = stage.run(server::run);
        if (kind == AcceptFailure.CONNECTION) {
            stage.witness().awaitCount("acceptFailed", 3);
        } else {
            stage.time().advanceUntil(Duration.ofSeconds(1), () -> stage.witness().count("acceptFailed") == 3);
            stage.time().advance(Duration.ofSeconds(1)); // the last pause may begin after the report
        }
        var client = stage.async(() -> {
            try (var c = stage.dial(server).open()) {
                c.send("hello\n");
                return c.readLine();
            }
        });
        stage.time().advanceUntil(Duration.ofMillis(100), client::isDone);
        assertEquals("hello", client.await());
        assertEquals(3, server.stats().acceptFailures());
        assertEquals("injected by the test", stage.witness().acceptFailures().getFirst().getMessage());
        server.shutdown();
        loop.await();
    }

    private static Acceptor listen(Stage stage) throws IOException {
        return stage.keep(stage.builder().time(stage.time()).listen());
    }

    private static ConnectionBuilder dial(Stage stage, Acceptor acceptor) {
        return stage.subject().client().apply(Connection.to(acceptor.address())).transport(stage.subject().transport());
    }

    private static void byHand(Stage stage) throws Exception {
        var acceptor = listen(stage);
        for (int i = 0; i < 3; i++) {
            var client = stage.async(() -> {
                try (var c = dial(stage, acceptor).open()) {
                    c.send("hello\n");
                    return c.readLine();
                }
            });
            try (var accepted = acceptor.accept()) {
                assertThrows(IllegalStateException.class, Connection::current);
                accepted.send(accepted.readLine() + "\n");
            }
            assertEquals("hello", client.await());
        }
    }

    private static void acceptTimesOut(Stage stage) throws Exception {
        var acceptor = listen(stage);
        var accept = stage.async(() -> assertThrows(SocketTimeoutException.class, () -> acceptor.accept(Duration.ofMinutes(1))));
        stage.time().awaitScheduled(Duration.ofMinutes(1));
        accept.awaitBlocked();
        stage.time().advance(Duration.ofSeconds(59));
        assertFalse(accept.isDone());
        stage.time().advance(Duration.ofSeconds(1));
        assertSays(acceptor.address().toString(), accept.await());
        assertAccepts(stage, acceptor);
    }

    private static void assertAccepts(Stage stage, Acceptor acceptor) throws Exception {
        var client = stage.async(() -> stage.keep(dial(stage, acceptor).open()).readLine());
        try (var accepted = acceptor.accept(Duration.ofMinutes(1))) {
            accepted.send("hello\n");
        }
        assertEquals("hello", client.await());
    }

    private static void acceptInterrupted(Stage stage) throws Exception {
        var acceptor = listen(stage);
        var accept = stage.async(() -> assertThrows(InterruptedIOException.class, acceptor::accept));
        accept.awaitBlocked();
        accept.thread().interrupt();
        accept.await();
        assertAccepts(stage, acceptor);
    }

    private static void acceptClosed(Stage stage) throws Exception {
        var acceptor = listen(stage);
        var accept = stage.async(() -> assertThrows(SocketException.class, acceptor::accept));
        accept.awaitBlocked();
        acceptor.close();
        acceptor.close();
        assertSays("closed", accept.await());
        assertThrows(SocketException.class, acceptor::accept);
    }

    private static void nobodyThere(Stage stage) throws Exception {
        var server = stage.open(c -> {});
        server.close();
        var failure = assertThrows(ConnectException.class, () -> stage.dial(server).open());
        assertSays(server.address().toString(), failure);
    }

    /** Its local port is the one it dials, as the system may choose it where that port is among those for clients. */
    private static void meetsItself(Stage stage) throws Exception {
        assumeTrue(stage.subject().addresses().get().kind() == Address.Kind.INET, "a rule of TCP");
        var server = stage.open(_ -> {});
        var address = server.address();
        server.close();
        for (int i = 0; i < 3; i++) { // none leaves anything behind that would keep the port
            var dial = stage.subject().client().apply(Connection.to(address)).transport(stage.subject().transport()).from(address);
            Eventually.holds("the port is free, and its client refused", () -> {
                var refused = assertThrows(SocketException.class, dial::open);
                if (refused instanceof ConnectException) {
                    assertSays("connection refused", refused);
                    return true;
                }
                return false; // java.nio frees a descriptor when its selector comes by
            });
        }
        Eventually.holds("a server gets the port", () -> {
            try {
                stage.open(stage.subject().server().apply(Server.at(address))
                        .transport(stage.subject().transport()).option(SO_REUSEADDR, false), _ -> {});
                return true;
            } catch (BindException e) {
                return false;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static boolean isTls(Stage stage) {
        return !stage.subject().has(StreamSubject.Trait.PLAIN);
    }

    private static Connection stranger(Stage stage, Acceptor acceptor) throws IOException {
        return stage.keep(Connection.to(acceptor.address()).transport(stage.subject().transport()).open());
    }

    private static void silentStrangers(Stage stage) throws Exception {
        assumeTrue(isTls(stage), "a rule of TLS");
        var acceptor = listen(stage);
        for (int i = 0; i < 5; i++) {
            stranger(stage, acceptor);
        }
        var accepting = stage.async(acceptor::accept);
        var client = stage.async(() -> stage.keep(dial(stage, acceptor).open()));
        var accepted = stage.keep(accepting.await());
        accepted.send("first\n");
        assertEquals("first", client.await().readLine());
        assertThrows(SocketTimeoutException.class, () -> {
            var late = stage.async(() -> acceptor.accept(Duration.ofSeconds(30)));
            try {
                stage.time().advanceUntil(Duration.ofSeconds(1), late::isDone);
                late.await();
            } catch (ExecutionException e) {
                throw e.getCause();
            }
        });
    }

    private static void closedInHandshakes(Stage stage) throws Exception {
        assumeTrue(isTls(stage), "a rule of TLS");
        var before = Resources.descriptors();
        var acceptor = listen(stage);
        var strangers = new ArrayList<Connection>();
        for (int i = 0; i < 5; i++) {
            strangers.add(stranger(stage, acceptor));
        }
        var accepting = stage.async(acceptor::accept);
        stage.time().awaitWaiting(5); // their deadlines
        acceptor.close();
        Failures.assertSays("closed", Objects.requireNonNull(assertThrows(ExecutionException.class, accepting::await).getCause()));
        for (var stranger : strangers) {
            try {
                assertEquals(0, stranger.receive(1).length);
            } catch (SocketException e) {
                // Reset.
            }
            stranger.close();
        }
        Resources.awaitDescriptors(before);
    }
}
