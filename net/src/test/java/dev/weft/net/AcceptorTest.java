package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Accepting by hand. */
@Timeout(30)
class AcceptorTest {
    @TempDir
    Path folder;

    private StreamBuilder builder(String where) {
        return switch (where) {
            case "tcp" -> Server.tcp("localhost", 0);
            case "unix" -> Server.unix(folder.resolve("s"));
            default -> Server.at(Address.memory("acceptor"));
        };
    }

    /** Runs it and waits until it blocks. */
    private static Blocked blocked(Callable<?> call) {
        var task = new FutureTask<Object>(call::call);
        var thread = Thread.ofVirtual().start(task);
        Awaitility.await().until(() -> thread.getState() == Thread.State.WAITING);
        return new Blocked(task, thread);
    }

    private record Blocked(FutureTask<Object> task, Thread thread) {}

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix", "memory"})
    void connectionsAreAcceptedInTheirOrderAndAreTheCallers(String where) throws Exception {
        var acceptor = builder(where).listen();
        try (var first = Connection.to(acceptor.address()).open(); var second = Connection.to(acceptor.address()).open()) {
            first.send("1");
            second.send("2");
            try (var one = acceptor.accept(); var two = acceptor.accept(Duration.ofSeconds(10))) {
                acceptor.close();
                assertThat(one.receive(1)).isEqualTo("1".getBytes());
                assertThat(two.receive(1)).isEqualTo("2".getBytes());
                one.send("outlives the acceptor");
            }
            assertThat(new String(first.input().readAllBytes())).isEqualTo("outlives the acceptor");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix", "memory"})
    void acceptingEndsInTime(String where) throws Exception {
        try (var acceptor = builder(where).listen()) {
            assertThatThrownBy(() -> acceptor.accept(Duration.ofMillis(20))).isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("20 ms")
                    .hasMessageContaining(acceptor.address().toString());
            try (var c = Connection.to(acceptor.address()).open(); var accepted = acceptor.accept(Duration.ofSeconds(10))) {
                assertThat(accepted.remote()).isEqualTo(where.equals("unix") ? Address.unix(Path.of("")) : c.local());
            }
        }
    }

    @Test
    void acceptingEndsInTheTimeOfTheBuilder() throws Exception {
        var clock = new ManualClock();
        try (var acceptor = Server.tcp("localhost", 0).time(clock).listen()) {
            var accepting = blocked(() -> acceptor.accept(Duration.ofHours(1)));
            clock.advance(Duration.ofMinutes(59));
            assertThat(accepting.task.isDone()).isFalse();
            clock.advance(Duration.ofMinutes(1));
            assertThatThrownBy(accepting.task::get).cause().isInstanceOf(SocketTimeoutException.class).hasMessageContaining("3600 s");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix", "memory"})
    void whoWaitsIsToldThatItWasClosed(String where) throws Exception {
        var acceptor = builder(where).listen();
        var accepting = blocked(acceptor::accept);
        acceptor.close();
        acceptor.close();
        assertThatThrownBy(accepting.task::get).isInstanceOf(ExecutionException.class).cause().isInstanceOf(SocketException.class)
                .hasMessageContaining("was closed").hasMessageContaining(acceptor.address().toString());
        assertThatThrownBy(acceptor::accept).isInstanceOf(SocketException.class).hasMessageContaining("was closed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix", "memory"})
    void anInterruptEndsTheWaitAndNotTheAcceptor(String where) throws Exception {
        try (var acceptor = builder(where).listen()) {
            var accepting = blocked(acceptor::accept);
            accepting.thread.interrupt();
            assertThatThrownBy(accepting.task::get).cause().isInstanceOf(InterruptedIOException.class);
            try (var c = Connection.to(acceptor.address()).open(); var accepted = acceptor.accept()) {
                c.send("x");
                assertThat(accepted.receive(1)).hasSize(1);
            }
        }
    }

    @Test
    void thePortIsFreeWhenItIsClosed() throws IOException {
        var acceptor = Server.tcp("localhost", 0).listen();
        acceptor.close();
        try (var again = Server.tcp("localhost", acceptor.port()).listen()) {
            assertThat(again.port()).isEqualTo(acceptor.port());
        }
    }

    @Test
    @Timeout(120)
    void aCallerWhoCannotSpeakTlsIsPassedOver() throws Exception {
        var tls = Tls.server(TestCertificates.chain("server"), TestCertificates.key("server"));
        try (var acceptor = Server.tcp("localhost", 0).tls(tls).listen(); var garbage = Connection.to(acceptor.address()).open()) {
            garbage.send("GET / HTTP/1.0\r\n\r\n");
            var client = new FutureTask<>(() -> Connection.to(acceptor.address()).tls(Tls.client().trust(TestCertificates.authority()))
                    .open());
            Thread.ofVirtual().start(client);
            try (var accepted = acceptor.accept(Duration.ofSeconds(60)); var c = client.get()) {
                assertThat(List.of(accepted.tls(), c.tls())).allMatch(Optional::isPresent);
            }
        }
    }
}
