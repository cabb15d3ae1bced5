package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Level;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a server tells, in which order, and that whoever listens can do no harm. */
@Timeout(30)
class ObserverTest {
    private static final Address HERE = Address.memory("observed");
    private static final List<String> DIARY = new CopyOnWriteArrayList<>();

    private static final class Recorder implements ServerObserver {
        @Override
        public void opened(Server server) {
            DIARY.add("opened " + server.address());
        }

        @Override
        public void accepted(Connection c) {
            DIARY.add("accepted");
        }

        @Override
        public void rejected(Address remote, String reason) {
            DIARY.add("rejected: " + reason);
        }

        @Override
        public void failed(Connection c, Throwable failure) {
            DIARY.add("failed: " + failure.getMessage());
        }

        @Override
        public void closed(Connection c, Duration age, long bytesIn, long bytesOut) {
            DIARY.add("closed, " + bytesIn + " in, " + bytesOut + " out");
        }

        @Override
        public void dropped(Datagram d) {
            DIARY.add("dropped " + d.text());
        }

        @Override
        public void drained(DrainReport report) {
            DIARY.add("drained");
        }
    }

    /** Writes down its steps; {@code fail STEP} as the first line makes one of them throw. */
    static final class Steps extends RequestHandler {
        private String order = "";

        private void step(String name) {
            DIARY.add(name);
            if (order.equals("fail " + name)) {
                throw new IllegalStateException(name);
            }
        }

        @Override
        protected void setup() throws IOException {
            order = connection().readLine();
            step("setup");
        }

        @Override
        protected void handle() throws IOException {
            connection().send("answer");
            step("handle");
        }

        @Override
        protected void finish() {
            step("finish");
        }
    }

    @BeforeEach
    void begin() {
        DIARY.clear();
    }

    private static List<String> after(String order) throws IOException {
        try (var server = Server.at(HERE).verify(_ -> DIARY.add("verify")).observer(new Recorder()).open(Steps.class).start()) {
            DIARY.clear();
            try (var c = Connection.to(server.address()).open()) {
                c.send(order + "\n");
                c.input().readAllBytes();
            }
            Awaitility.await().until(() -> DIARY.stream().anyMatch(d -> d.startsWith("closed")));
            return List.copyOf(DIARY);
        }
    }

    @Test
    void aRequestIsVerifiedAcceptedServedAndClosed() throws IOException {
        // SPEC SS-18.
        assertThat(after("serve")).containsExactly("verify", "accepted", "setup", "handle", "finish", "closed, 6 in, 6 out");
    }

    @Test
    void aHandlerThatThrowsIsFinishedReportedAndClosed() throws IOException {
        // SPEC SS-18, SS-41.
        assertThat(after("fail handle"))
                .containsExactly("verify", "accepted", "setup", "handle", "finish", "failed: handle", "closed, 12 in, 6 out");
    }

    @Test
    void aHandlerWhoseSetupThrowsIsNotFinished() throws IOException {
        // SPEC SS-41.
        assertThat(after("fail setup")).containsExactly("verify", "accepted", "setup", "failed: setup", "closed, 11 in, 0 out");
    }

    @Test
    void aHandlerWhoseFinishThrowsIsReported() throws IOException {
        assertThat(after("fail finish"))
                .containsExactly("verify", "accepted", "setup", "handle", "finish", "failed: finish", "closed, 12 in, 6 out");
    }

    @Test
    void aConnectionThatVerifyRefusesIsRejectedAndNothingElse() throws IOException {
        // SPEC SS-19.
        try (var server = Server.at(HERE).verify(_ -> false).observer(new Recorder()).open(Steps.class)
                .start(); var c = Connection.to(HERE).open()) {
            assertThat(c.receive(1)).isEmpty();
            assertThat(DIARY).containsExactly("opened memory:observed", "rejected: verify said no");
            assertThat(server.stats().rejected()).isEqualTo(1);
        }
    }

    @Test
    void aVerifyThatThrowsIsReportedAndCostsOneConnection() throws IOException {
        // SPEC SS-20.
        try (var server = Server.at(HERE).verify(_ -> {
            throw new IllegalStateException("verify");
        }).observer(new Recorder()).open(Steps.class).start()) {
            for (int i = 0; i < 2; i++) {
                try (var c = Connection.to(HERE).open()) {
                    assertThat(c.receive(1)).isEmpty();
                }
            }
            assertThat(DIARY).containsExactly("opened memory:observed", "failed: verify", "failed: verify");
            assertThat(server.state()).isEqualTo(LifeState.RUNNING);
        }
    }

    @Test
    void theEndOfAPeerWhereAMessageWasWantedIsNoFailure() throws IOException {
        try (var _ = Server.at(HERE).observer(new Recorder()).open(Steps.class).start()) {
            Connection.to(HERE).open().close();
            Awaitility.await().until(() -> DIARY.contains("closed, 0 in, 0 out"));
            assertThat(DIARY).containsExactly("opened memory:observed", "accepted", "closed, 0 in, 0 out");
        }
    }

    @Test
    void aDatagramThatIsNotServedIsTold() throws IOException {
        try (var server = Server.udp("localhost", 0).verify(d -> !d.text().equals("bad")).observer(new Recorder()).open(d -> d.reply("ok"))
                .start();
                var socket = Datagrams.udp(Address.of("localhost", 0))) {
            socket.send("bad", server.address());
            socket.send("good", server.address());
            assertThat(socket.receive(Duration.ofSeconds(10)).text()).isEqualTo("ok");
            assertThat(DIARY).containsExactly("opened " + server.address(), "dropped bad");
        }
    }

    @Test
    void theEndOfADrainIsTold() throws IOException {
        var server = Server.at(HERE).observer(new Recorder()).open(_ -> {}).start();
        server.close();
        server.close();
        assertThat(DIARY).containsExactly("opened memory:observed", "drained");
    }

    /** Throws whatever it is told. */
    private static final class Saboteur implements ServerObserver {
        @Override
        public void opened(Server server) {
            throw new IllegalStateException("opened");
        }

        @Override
        public void accepted(Connection c) {
            throw new StackOverflowError("accepted");
        }

        @Override
        public void rejected(Address remote, String reason) {
            throw new AssertionError("rejected");
        }

        @Override
        public void failed(Connection c, Throwable failure) {
            throw new IllegalStateException("failed");
        }

        @Override
        public void acceptFailed(Server server, IOException failure) {
            throw new IllegalStateException("acceptFailed");
        }

        @Override
        public void closed(Connection c, Duration age, long bytesIn, long bytesOut) {
            throw new IllegalStateException("closed");
        }

        @Override
        public void dropped(Datagram d) {
            throw new IllegalStateException("dropped");
        }

        @Override
        public void drained(DrainReport report) {
            throw new IllegalStateException("drained");
        }
    }

    @Test
    void anObserverThatThrowsChangesNothingAndIsLogged() throws IOException {
        try (var log = new LogCapture()) {
            for (var concurrency : List.of(Concurrency.virtualThreads(), Concurrency.sequential(), Concurrency.platformThreads(2))) {
                try (var server = Server.at(HERE).concurrency(concurrency).verify(c -> server(c)).observer(new Saboteur())
                        .open(Steps.class).start()) {
                    for (var order : List.of("serve", "fail handle", "serve")) {
                        try (var c = Connection.to(HERE).open()) {
                            c.send(order + "\n");
                            assertThat(c.input().readAllBytes()).isEqualTo("answer".getBytes());
                        }
                    }
                    assertThat(server.stats().accepted()).isEqualTo(3);
                }
            }
            assertThat(log.records()).extracting(r -> r.getThrown().getMessage())
                    .contains("opened", "accepted", "failed", "closed", "drained");
            assertThat(log.records()).allSatisfy(r -> assertThat(r.getMessage()).startsWith("a ServerObserver threw in "));
        }
    }

    private static boolean server(Connection c) {
        return c.isOpen();
    }

    @Test
    void aFailureIsLoggedInOneLineUnlessObserved() throws IOException {
        // SPEC SS-21.
        try (var log = new LogCapture(); var server = Server.at(HERE).open(_ -> {
            throw new IllegalStateException("broken handler");
        }).start()) {
            Address client;
            try (var c = Connection.to(HERE).open()) {
                client = c.local();
                assertThat(c.receive(1)).isEmpty();
            }
            Awaitility.await().until(() -> !log.records().isEmpty());
            assertThat(log.records()).singleElement().satisfies(r -> {
                assertThat(r.getLevel()).isEqualTo(Level.SEVERE);
                assertThat(r.getThrown()).isInstanceOf(IllegalStateException.class).hasMessage("broken handler");
                assertThat(r.getMessage()).isEqualTo("Exception occurred during processing of request from " + client);
            });
            assertThat(server.state()).as("the server continues").isEqualTo(LifeState.RUNNING);
        }
    }

    @Test
    void anActionThatThrowsIsLoggedAndCalledAgain() throws IOException {
        // SPEC SS-10.
        var calls = new CopyOnWriteArrayList<Integer>();
        try (var log = new LogCapture(); var server = Server.at(HERE).every(Duration.ofMillis(1), () -> {
            calls.add(1);
            throw new IllegalStateException("action");
        }).open(c -> c.send("served")).start()) {
            Awaitility.await().until(() -> calls.size() > 3);
            try (var c = Connection.to(server.address()).open()) {
                assertThat(c.input().readAllBytes()).hasSize(6);
            }
            assertThat(log.records()).isNotEmpty().allSatisfy(r -> assertThat(r.getThrown()).hasMessage("action"));
        }
    }
}
