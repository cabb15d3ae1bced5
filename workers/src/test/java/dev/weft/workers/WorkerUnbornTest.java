package dev.weft.workers;

import static dev.weft.workers.Workforce.PATIENCE;
import static dev.weft.workers.Workforce.connect;
import static dev.weft.workers.Workforce.workers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.function.Predicate;
import java.util.stream.Stream;

import dev.weft.net.Address;
import dev.weft.net.Server;
import dev.weft.testkit.ChildJava;
import dev.weft.testkit.OpenDescriptors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Workers that are still being started when their server ends, however it ends: nothing is left of them. */
@Timeout(60)
@DisplayName("Workers that are still to come when their server ends (SS-34)")
class WorkerUnbornTest {
    @TempDir
    Path folder;

    private List<Long> before = List.of();
    private long descriptors;

    @BeforeEach
    void lookAround() throws IOException {
        try (var server = Server.udp("127.0.0.1", 0).open(d -> {})) { // what the process keeps for good is opened once
            assertThat(server.port()).isPositive();
        }
        before = children(ProcessHandle.current());
        descriptors = OpenDescriptors.count();
    }

    @AfterEach
    void clear() {
        System.clearProperty(WorkerVandal.REHEARSAL);
    }

    private void assertNothingIsLeft() {
        await("children to end").atMost(PATIENCE).until(() -> since().isEmpty() && Workforce.zombies().isEmpty());
        OpenDescriptors.awaitNoMoreThan(descriptors);
    }

    private static List<Long> children(ProcessHandle parent) {
        return parent.children().filter(ProcessHandle::isAlive).map(ProcessHandle::pid).toList();
    }

    private List<Long> since() {
        return children(ProcessHandle.current()).stream().filter(pid -> !before.contains(pid)).toList();
    }

    private static void end(Server server, String how) {
        if (how.equals("close")) {
            server.close();
        } else {
            assertThat(server.drain(PATIENCE).clean()).isTrue();
        }
    }

    /** Whenever the first is ready, the next is on its way: somewhere between its fork and its first word. */
    @ParameterizedTest
    @ValueSource(strings = {"close", "drain"})
    void whoeverIsOnItsWayIsEnded(String how) throws Exception {
        for (int i = 0; i < 2; i++) {
            end(Server.tcp("127.0.0.1", 0).concurrency(workers(3).spare(3)).open(WorkerHandlers.Obedient.class).start(), how);
        }
        assertNothingIsLeft();
    }

    /** Each would hold the socket, whose address is to be free: SPEC SS-9. */
    @ParameterizedTest
    @ValueSource(strings = {"close", "drain"})
    void whoeverIsNotReadyYetIsEndedBeforeTheServersEndReturns(String how) throws Exception {
        System.setProperty(WorkerVandal.REHEARSAL, folder.toString());
        var server = Server.udp("127.0.0.1", 0).concurrency(workers(2).spare(2)).open(WorkerVandal.Packets.class).start();
        var address = server.address();
        await("another that hangs").atMost(PATIENCE).until(() -> names(folder).size() == 3);
        end(server, how);
        assertThat(since()).as("on return").isEmpty();
        Server.udp(address.host(), address.port()).open(d -> {}).close();
        assertNothingIsLeft();
    }

    private static List<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void aDrainServesWhoWaitsForAWorkerThatIsStillToCome() throws Exception {
        var server = Server.tcp("127.0.0.1", 0).concurrency(workers(1).spare(0)).open(WorkerHandlers.Obedient.class).start();
        try (server; var c = connect(server)) {
            c.send("pid\n");
            await("the request to wait").until(() -> waits(server));
            var report = server.drain(PATIENCE);
            assertThat(report.clean()).isTrue();
            assertThat(report.finished()).isOne();
            assertThat(c.readLine()).containsOnlyDigits();
        }
        assertNothingIsLeft();
    }

    @Test
    void aDrainsDeadlineEndsTheWaitForAWorkerThatDoesNotCome() throws Exception {
        System.setProperty(WorkerVandal.REHEARSAL, folder.toString());
        Files.createFile(folder.resolve("first")); // none of ours is
        var server = Server.tcp("127.0.0.1", 0).concurrency(workers(1).spare(0)).open(WorkerVandal.Connections.class).start();
        try (server; var c = connect(server)) {
            await("the request to wait for one that hangs").atMost(PATIENCE).until(() -> waits(server) && names(folder).size() == 2);
            var report = server.drain(Duration.ofMillis(50));
            assertThat(report.interrupted()).isOne();
            assertThat(c.receive(1)).isEmpty();
            assertThat(since()).as("on return").isEmpty();
        }
        assertNothingIsLeft();
    }

    private static boolean waits(Server server) {
        return server.threads().stream().flatMap(t -> Arrays.stream(t.getStackTrace()))
                .anyMatch(f -> f.getClassName().equals(ProcessPool.class.getName()) && f.getMethodName().equals("take"));
    }

    @Test
    void anInterruptEndsTheOpeningAndTheWorkersWithIt() throws Exception {
        System.setProperty(WorkerVandal.REHEARSAL, folder.toString());
        Files.createFile(folder.resolve("first")); // none of ours is
        var socket = folder.resolve("socket");
        var opening = new FutureTask<>(() -> Server.unix(socket).option(dev.weft.net.WeftSocketOptions.UNIX_UNLINK, true)
                .concurrency(workers(2).spare(2)).open(WorkerVandal.Connections.class));
        var thread = Thread.ofPlatform().start(opening);
        await("some that hang").atMost(PATIENCE).until(() -> names(folder).size() >= 3);
        thread.interrupt();
        assertThatThrownBy(opening::get).cause().isInstanceOf(InterruptedIOException.class);
        assertThat(since()).as("on return").isEmpty();
        assertThat(socket).doesNotExist();
        assertNothingIsLeft();
    }

    /** A server with workers; what it keeps its worker's socket in is its own. */
    static final class Parent {
        private Parent() {}

        public static void main(String[] arguments) throws IOException {
            var server = Server.tcp("127.0.0.1", 0).concurrency(workers(2).spare(2)).open(WorkerHandlers.Obedient.class).start();
            System.out.println("serves at " + server.address());
        }
    }

    /** How far its workers have come when the server is killed. */
    enum Stage implements Predicate<List<ProcessHandle>> {
        FORKED {
            @Override
            public boolean test(List<ProcessHandle> workers) {
                return !workers.isEmpty();
            }
        },
        /** It is a Java, which has not reported yet. */
        STARTED {
            @Override
            public boolean test(List<ProcessHandle> workers) {
                return workers.stream().anyMatch(worker -> worker.info().arguments().stream().flatMap(Arrays::stream)
                        .anyMatch(WorkerMain.class.getName()::equals));
            }
        },
        /** Its first socket is its line to the server. */
        REPORTED {
            @Override
            public boolean test(List<ProcessHandle> workers) {
                return workers.stream().anyMatch(worker -> links(worker).anyMatch(link -> link.startsWith("socket:")));
            }
        },
        READY {
            @Override
            public boolean test(List<ProcessHandle> workers) {
                return workers.size() == 2;
            }
        };

        private static Stream<String> links(ProcessHandle process) {
            try (var all = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
                return all.map(Stage::target).toList().stream();
            } catch (IOException e) {
                return Stream.of(); // it has ended
            }
        }

        private static String target(Path link) {
            try {
                return Files.readSymbolicLink(link).toString();
            } catch (IOException e) {
                return ""; // closed
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Stage.class)
    void nothingIsLeftOfAServerThatIsKilledMeanwhile(Stage stage) throws Exception {
        try (var parent = ChildJava.running(List.of("-Djava.io.tmpdir=" + folder), Parent.class)) {
            var process = ProcessHandle.of(parent.pid()).orElseThrow();
            if (stage == Stage.READY) {
                assertThat(Address.parse(parent.awaitLine("serves at ")).port()).isPositive();
            }
            await("a worker that is " + stage).atMost(PATIENCE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1))
                    .until(() -> stage.test(process.children().toList()));
            var workers = children(process);
            process.destroyForcibly();
            workers.forEach(Workforce::awaitGone);
        }
        if (stage == Stage.FORKED) {
            return; // there may be no Java yet that could remove what is left
        }
        await("the workers' folder to go").atMost(PATIENCE).until(() -> names(folder).isEmpty());
    }
}
