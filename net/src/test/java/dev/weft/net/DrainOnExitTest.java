package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A process that is asked to end finishes what it has begun, says so, and ends as it was asked to. */
@Timeout(120)
class DrainOnExitTest {
    /** An upper-casing server; its first argument says how it is run. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws IOException {
            var builder = Server.tcp("localhost", 0).grace(Duration.ofSeconds(20)).observer(new ServerObserver() {
                @Override
                public void opened(Server server) {
                    System.out.println("listening on " + server.address());
                }
            });
            Handler upper = c -> {
                for (var line : c.lines()) {
                    if (line.equals("exit")) {
                        Thread.ofPlatform().start(() -> System.exit(7));
                        return;
                    }
                    c.send(line.toUpperCase() + "\n");
                }
            };
            if (arguments[0].equals("serve")) {
                builder.serve(upper);
                System.out.println("served");
                return;
            }
            if (arguments[0].equals("own")) {
                sun.misc.Signal.handle(new sun.misc.Signal("TERM"), _ -> System.out.println("my own TERM"));
            }
            var patience = Duration.ofMillis(arguments[0].equals("impatient") ? 1 : 20_000);
            var server = builder.open(upper).drainOnExit(Duration.ofSeconds(20), _ -> System.out.println("replaced report"))
                    .drainOnExit(patience, report -> System.out.println("report: " + report)).start();
            if (arguments[0].equals("close")) {
                server.close();
                System.out.println("closed");
            }
        }
    }

    /** A server whose handler ends the process; its argument says where handlers run. */
    static final class Exiting {
        private Exiting() {}

        public static void main(String[] arguments) throws IOException {
            var concurrency = switch (arguments[0]) {
                case "sequential" -> Concurrency.sequential();
                case "platform" -> Concurrency.platformThreads(4);
                default -> Concurrency.virtualThreads();
            };
            var server = Server.tcp("localhost", 0).concurrency(concurrency).open(c -> {
                c.readLine();
                System.exit(3);
            });
            server.drainOnExit(Duration.ofHours(1), report -> System.out.println("report: " + report)).start();
            System.out.println("listening on " + server.address());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "platform", "sequential"})
    void aHandlerThatEndsTheProcessIsNeitherWaitedForNorReported(String where) throws Exception {
        try (var child = ChildJvm.running(Exiting.class, where)) {
            var address = Address.parse(child.awaitLine("listening on "));
            try (var c = Connection.to(address).open()) {
                c.send("go\n");
                assertThat(child.awaitLine("report: ")).contains("0 interrupted, 0 aborted");
                assertThat(child.exit()).as("what the handler said").isEqualTo(3);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"TERM, 15", "INT, 2"})
    void aSignalLetsBegunMessagesFinishAndTheReportBeShown(String name, int signal) throws Exception {
        try (var child = ChildJvm.running(Program.class, "open")) {
            var address = Address.parse(child.awaitLine("listening on "));
            assumeFalse(child.ignores(signal), "started with SIG" + name + " ignored");
            try (var c = connect(address); var idle = connect(address)) {
                c.send("half a li");
                child.signal(name);
                assertThat(idle.receive(1)).as("what stands between messages is let go").isEmpty();
                Awaitility.await().until(() -> refuses(address));
                c.send("ne\n");
                assertThat(c.readLine()).isEqualTo("HALF A LINE");
                assertThat(c.receive(1)).isEmpty();
            }
            assertThat(child.awaitLine("report: ")).containsPattern("[2-9] finished, 0 interrupted, 0 aborted");
            assertThat(child.exit()).as("nothing was interrupted").isZero();
            assertThat(child.rest()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"TERM, 15", "INT, 2"})
    void whoeverHadToBeInterruptedIsSeenInTheExitCode(String name, int signal) throws Exception {
        try (var child = ChildJvm.running(Program.class, "impatient")) {
            var address = Address.parse(child.awaitLine("listening on "));
            assumeFalse(child.ignores(signal), "started with SIG" + name + " ignored");
            try (var c = connect(address)) {
                c.send("half a li");
                child.signal(name);
                assertThat(child.awaitLine("report: ")).contains("1 interrupted");
                assertThat(child.exit()).as("128 and the signal").isEqualTo(128 + signal);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"TERM, INT, 2", "INT, TERM, 15"})
    void aSecondSignalEndsTheProcessAtOnce(String first, String second, int signal) throws Exception {
        try (var child = ChildJvm.running(Program.class, "open")) {
            var address = Address.parse(child.awaitLine("listening on "));
            assumeFalse(child.ignores(2), "started with SIGINT ignored");
            try (var c = connect(address)) {
                c.send("half a li");
                child.signal(first);
                Awaitility.await().until(() -> refuses(address));
                child.signal(second);
                assertThat(child.exit()).isEqualTo(128 + signal);
                assertThat(child.rest()).as("no report: the drain did not end").isEmpty();
            }
        }
    }

    @Test
    void aProgramsOwnAnswerToASignalStaysItsOwn() throws Exception {
        try (var child = ChildJvm.running(Program.class, "own")) {
            var address = Address.parse(child.awaitLine("listening on "));
            try (var c = connect(address)) {
                child.signal("TERM");
                child.awaitLine("my own TERM");
                c.send("still there\n");
                assertThat(c.readLine()).isEqualTo("STILL THERE");
                c.send("half a li");
                child.signal("TERM");
                child.awaitLine("my own TERM");
                c.send("ne\nexit\n");
                assertThat(c.readLine()).isEqualTo("HALF A LINE");
            }
            assertThat(child.awaitLine("report: ")).contains("0 interrupted, 0 aborted");
            assertThat(child.exit()).as("the program's own").isEqualTo(7);
        }
    }

    @Test
    void serveDrainsByItself() throws Exception {
        try (var child = ChildJvm.running(Program.class, "serve")) {
            var address = Address.parse(child.awaitLine("listening on "));
            try (var c = connect(address)) {
                c.send("half a li");
                child.signal("TERM");
                Awaitility.await().until(() -> refuses(address));
                c.send("ne\n");
                assertThat(c.readLine()).isEqualTo("HALF A LINE");
            }
            child.awaitLine("served");
            assertThat(child.exit()).isZero();
        }
    }

    @Test
    void aServerThatWasClosedBeforeIsNotDrainedAgain() throws Exception {
        try (var child = ChildJvm.running(Program.class, "close")) {
            child.awaitLine("closed");
            assertThat(child.exit()).isZero();
            assertThat(child.rest()).isEmpty();
        }
    }

    /** A connection that is being served. */
    private static Connection connect(Address address) throws IOException {
        var c = Connection.to(address).open();
        c.send("hello\n");
        assertThat(c.readLine()).isEqualTo("HELLO");
        return c;
    }

    private static boolean refuses(Address address) throws IOException {
        try {
            Connection.to(address).open().close();
            return false;
        } catch (ConnectException e) {
            return true;
        }
    }
}
