package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;

import dev.weft.net.spi.ListenerChannel.AcceptFailure;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What the accepting loop does about each class of failure: SPEC SS-17, accept(2), DESIGN section 4. */
@Timeout(30)
class AcceptFailureTest {
    private static final Address HERE = Address.memory("failing");
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final ManualClock clock = new ManualClock();
    private final AtomicInteger reported = new AtomicInteger();
    private final ServerObserver observer = new ServerObserver() {
        @Override
        public void acceptFailed(Server server, IOException failure) {
            reported.incrementAndGet();
        }
    };

    private Server open(FailingTransport transport) throws IOException {
        return Server.at(HERE).transport(transport).time(clock).observer(observer).open(c -> c.send(c.readLine() + "\n"));
    }

    private static FailingTransport memory(AcceptFailure kind, int times) {
        return new FailingTransport(Transports.named("memory"), kind, times);
    }

    private static void assertServed() throws IOException {
        try (var c = Connection.to(HERE).open()) {
            c.send("hello\n");
            assertThat(c.readLine()).isEqualTo("hello");
        }
    }

    @Test
    void theFailureOfOneConnectionIsReportedAndTheNextAcceptedAtOnce() throws IOException {
        try (var server = open(memory(AcceptFailure.CONNECTION, 1_000)).start()) {
            assertServed();
            assertThat(reported).hasValue(1_000);
            assertThat(server.stats().acceptFailures()).isEqualTo(1_000);
        }
    }

    @ParameterizedTest
    @EnumSource(value = AcceptFailure.class, names = {"EXHAUSTED", "OTHER"})
    void anyOtherFailureIsReportedAndTheNextAcceptedAfterAPause(AcceptFailure kind) throws IOException {
        try (var server = open(memory(kind, 2)).start()) {
            for (int failure = 1; failure <= 2; failure++) {
                var expected = failure;
                Awaitility.await().until(() -> reported.get() == expected && clock.scheduled() > 0);
                assertThat(server.state()).isEqualTo(LifeState.RUNNING);
                clock.advance(PAUSE);
            }
            assertServed();
            assertThat(reported).hasValue(2);
        }
    }

    @Test
    void theLoopEndsWhenTheListenerIsClosed() throws IOException {
        try (var server = open(memory(AcceptFailure.CLOSED, Integer.MAX_VALUE))) {
            server.run();
            assertThat(server.state()).isEqualTo(LifeState.NEW);
            assertThat(reported).hasValue(0);
        }
    }

    @ParameterizedTest
    @EnumSource(value = AcceptFailure.class, mode = Mode.EXCLUDE, names = "CLOSED")
    void aLoopThatOnlyFailsIsShutDownAndClosed(AcceptFailure kind) throws IOException {
        var server = open(memory(kind, Integer.MAX_VALUE)).start();
        Awaitility.await().until(() -> reported.get() > 0);
        server.shutdown();
        assertThat(server.state()).isEqualTo(LifeState.NEW);
        server.start().close();
        assertThat(server.state()).isEqualTo(LifeState.ENDED);
    }

    @ParameterizedTest
    @EnumSource(value = AcceptFailure.class, mode = Mode.EXCLUDE, names = "CLOSED")
    void anInterruptEndsALoopThatOnlyFails(AcceptFailure kind) throws Exception {
        try (var server = open(memory(kind, Integer.MAX_VALUE))) {
            var interrupted = new FutureTask<>(() -> {
                server.run();
                return Thread.currentThread().isInterrupted();
            });
            var thread = Thread.ofPlatform().start(interrupted);
            Awaitility.await().until(() -> reported.get() > 0);
            thread.interrupt();
            thread.join(Duration.ofSeconds(5));
            assertThat(interrupted.isDone()).as("run has returned").isTrue();
            assertThat(interrupted.get()).as("the interrupt stays set").isTrue();
        }
    }

    @Test
    void aSingleRequestSurvivesAFailureToo() throws Exception {
        // SPEC SS-16, SS-17.
        try (var server = open(memory(AcceptFailure.CONNECTION, 3)); var c = Connection.to(HERE).open()) {
            c.send("hello\n");
            assertThat(server.handleRequest(Duration.ofSeconds(1))).isTrue();
            assertThat(c.readLine()).isEqualTo("hello");
            assertThat(reported).hasValue(3);
        }
    }

    @Test
    void aSingleRequestThatOnlyFailsEndsInTime() throws Exception {
        try (var server = open(memory(AcceptFailure.EXHAUSTED, Integer.MAX_VALUE))) {
            var handled = new FutureTask<>(() -> server.handleRequest(PAUSE));
            Thread.ofVirtual().start(handled);
            Awaitility.await().until(() -> reported.get() == 1 && clock.scheduled() > 0);
            clock.advance(PAUSE);
            assertThat(handled.get()).isFalse();
        }
    }

    @Test
    void drainingALoopThatOnlyFailsEnds() throws IOException {
        try (var server = open(memory(AcceptFailure.OTHER, Integer.MAX_VALUE)).start()) {
            Awaitility.await().until(() -> reported.get() > 0);
            assertThat(server.drain(Duration.ofSeconds(1)).clean()).isTrue();
        }
    }

    @Test
    void whatIsABugEndsTheLoopAndIsThrown() throws IOException {
        try (var server = open(memory(AcceptFailure.OTHER, 0).throwing(new IllegalStateException("a bug")))) {
            assertThatThrownBy(server::run).isInstanceOf(IllegalStateException.class).hasMessage("a bug");
            assertThat(server.state()).isEqualTo(LifeState.NEW);
        }
    }

    @Test
    void aDatagramServerSurvivesAFailedReceive() throws IOException {
        var transport = new FailingTransport(Transports.named("nio"), AcceptFailure.OTHER, 2);
        try (var server = Server.udp("localhost", 0).transport(transport).time(clock).observer(observer).open(d -> d.reply(d.data()))
                .start();
                var socket = Datagrams.udp(Address.of("localhost", 0))) {
            for (int failure = 1; failure <= 2; failure++) {
                var expected = failure;
                Awaitility.await().until(() -> reported.get() == expected && clock.scheduled() > 0);
                clock.advance(PAUSE);
            }
            socket.send("hello", server.address());
            assertThat(socket.receive(Duration.ofSeconds(10)).text()).isEqualTo("hello");
            assertThat(server.stats().acceptFailures()).isEqualTo(2);
        }
    }
}
