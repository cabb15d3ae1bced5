package dev.weft.workers;

import static dev.weft.workers.Workforce.PATIENCE;
import static dev.weft.workers.Workforce.ask;
import static dev.weft.workers.Workforce.connect;
import static dev.weft.workers.Workforce.workers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;

import dev.weft.net.Address;
import dev.weft.net.Datagrams;
import dev.weft.net.Server;
import dev.weft.net.StreamBuilder;
import dev.weft.testkit.ChildJava;
import dev.weft.testkit.OpenDescriptors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a worker may do to its line, its server and its own end: it costs one request at most. */
@Timeout(60)
@DisplayName("Worker processes that do harm (SS-34)")
@ExtendWith(CachedWorkers.class)
class WorkerHarmTest {
    private final Workforce.Failures failures = new Workforce.Failures();

    @AfterEach
    void clear() {
        System.clearProperty(WorkerVandal.END);
        System.clearProperty(WorkerVandal.REHEARSAL);
    }

    private Server serve(int n) throws IOException {
        return serve(Server.tcp("localhost", 0), n);
    }

    private Server serve(StreamBuilder builder, int n) throws IOException {
        return builder.concurrency(workers(n)).observer(failures).open(WorkerVandal.Connections.class).start();
    }

    @Test
    void aWorkerWhoseHandlerClosesItsServerIsReplacedAndNoRequestIsLost() throws Exception {
        try (var server = serve(1)) {
            for (int i = 0; i < 4; i++) {
                var closed = ask(server, "close");
                assertThat(ask(server, "pid")).isNotNull().isNotEqualTo(closed);
            }
        }
        assertThat(failures.all()).isEmpty();
    }

    @Test
    void aRequestThatItsWorkerDiesBeforeReadingGoesToAnother() throws Exception {
        assertUnreadRequestsGoToAnother(Server.tcp("localhost", 0));
    }

    @Test
    void aBridgedRequestThatItsWorkerDiesBeforeReadingGoesToAnother() throws Exception {
        assertUnreadRequestsGoToAnother(Server.at(Address.memory("unread")));
    }

    private void assertUnreadRequestsGoToAnother(StreamBuilder builder) throws Exception {
        try (var server = serve(builder, 1); var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var stopped = Long.parseLong(ask(server, "pid"));
            await("its report").until(() -> server.stats().active() == 0);
            signal("STOP", stopped);
            await("all its threads to stop").until(() -> isStopped(stopped));
            var answer = threads.submit(() -> ask(server, "pid"));
            await("the request to be handed over").until(() -> waitsForReport(server));
            ProcessHandle.of(stopped).orElseThrow().destroyForcibly();
            assertThat(answer.get()).isNotNull().isNotEqualTo(String.valueOf(stopped));
        }
        assertThat(failures.all()).isEmpty();
    }

    private static void signal(String name, long pid) throws Exception {
        assertThat(new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + pid).start().waitFor()).isZero();
    }

    /** A thread that ran when the signal was sent stops a little later: proc(5). */
    private static boolean isStopped(long pid) throws IOException {
        try (var tasks = Files.list(Path.of("/proc", String.valueOf(pid), "task"))) {
            for (var task : tasks.toList()) {
                var stat = Files.readString(task.resolve("stat"));
                if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') {
                    return false;
                }
            }
            return true;
        }
    }

    private static boolean waitsForReport(Server server) {
        return server.threads().stream()
                .anyMatch(t -> t.getState() == Thread.State.WAITING
                        && Arrays.stream(t.getStackTrace()).anyMatch(f -> f.getClassName().equals(WorkerSocket.class.getName())));
    }

    @Test
    void aWorkerThatCanNotReceiveItsNextRequestSaysWhyAndEnds() throws Exception {
        var err = System.err;
        var said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try (var server = serve(1)) {
            var starved = ask(server, "starve");
            await("its report").until(() -> server.stats().active() == 0);
            try (var c = connect(server)) {
                assertThat(c.receive(1)).isEmpty();
            }
            assertThat(failures.next()).hasMessageContaining("worker " + starved + " ended with exit code 1");
            assertThat(ask(server, "pid")).isNotNull();
            await("its reason").until(() -> said.toString(StandardCharsets.UTF_8).contains("has no free descriptor"));
        } finally {
            System.setErr(err);
        }
    }

    @Test
    void aReportThatCanNotBeReadCostsItsWorkerAndItsRequest() throws Exception {
        assertCostsItsWorker("negative");
    }

    @Test
    void reportsWithoutEndCostTheirWorkerAndItsRequest() throws Exception {
        assertThat(assertCostsItsWorker("flood")).hasMessageContaining("java.lang.IllegalStateException: again");
    }

    @Test
    void aDescriptorThatComesWithAReportCostsItsWorkerAndIsNotKept() throws Exception {
        try (var server = serve(1)) { // what the process keeps for good is opened once
            ask(server, "pid");
        }
        var before = OpenDescriptors.count();
        assertCostsItsWorker("descriptor");
        await("descriptors to be closed").atMost(PATIENCE).until(() -> OpenDescriptors.count() <= before);
    }

    private Throwable assertCostsItsWorker(String order) throws Exception {
        try (var server = serve(1)) {
            var vandal = ask(server, "pid");
            await("its report").until(() -> server.stats().active() == 0);
            try (var c = connect(server)) {
                c.send(order + "\n");
                assertThat(c.receive(1)).isEmpty();
            }
            var failure = failures.next();
            assertThat(ask(server, "pid")).isNotNull().isNotEqualTo(vandal);
            assertThat(server.stats().failed()).isEqualTo(1);
            return failure;
        }
    }

    @Test
    void aWorkerOfADatagramServerEndsByItselfAndQuietly(@TempDir Path ends) throws Exception {
        System.setProperty(WorkerVandal.END, ends.toString());
        var err = System.err;
        var said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try (var client = Datagrams.udp(Address.of("localhost", 0))) {
            String pid;
            try (var server = Server.udp("localhost", 0).concurrency(workers(1)).open(WorkerVandal.Packets.class).start()) {
                client.send("who", server.address());
                pid = client.receive(PATIENCE).text().split(" ", -1)[0];
            }
            assertThat(ends.resolve(pid)).exists();
        } finally {
            System.setErr(err);
        }
        assertThat(said.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void anAbstractSocketsWorkerKnowsItsName(@TempDir Path folder) throws Exception {
        var address = Address.unixAbstract("weft-workers-" + ProcessHandle.current().pid());
        try (var server = Server.datagrams(address).concurrency(workers(1)).open(WorkerVandal.Packets.class).start();
                var client = Datagrams.unix(folder.resolve("client"))) {
            client.send("where", server.address());
            assertThat(client.receive(PATIENCE).text()).endsWith(" " + address);
        }
    }

    @Test
    void withoutGraceIdleWorkersAreToldToEndWhileABusyOneServesOn(@TempDir Path ends) throws Exception {
        System.setProperty(WorkerVandal.END, ends.toString());
        var server = Server.tcp("localhost", 0).daemonThreads().concurrency(workers(2).spare(2)).open(WorkerVandal.Connections.class).start();
        try (server; var busy = connect(server)) {
            var serving = ask(busy, "pid");
            try (var c = connect(server)) {
                assertThat(ask(c, "pid")).as("the other is ready").isNotEqualTo(serving);
            }
            await("the other's report").until(() -> server.stats().active() == 1);
            server.close();
            assertThat(names(ends)).hasSize(1).doesNotContain(serving);
            busy.shutdownOutput();
            assertThat(busy.receive(1)).isEmpty();
            await("the busy one to end").atMost(PATIENCE).until(() -> names(ends).contains(serving));
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void noWorkerOutlivesAParentThatIsKilledWhileItEndsOrStarts() throws Exception {
        for (var hanging : List.of(WorkerVandal.END, WorkerVandal.REHEARSAL)) {
            try (var parent = ChildJava.running(List.of("-D" + hanging + "=hang"), Ending.class)) {
                var pid = Long.parseLong(parent.awaitLine(hanging.equals(WorkerVandal.END) ? "ends " : "rehearses "));
                ProcessHandle.of(parent.pid()).orElseThrow().destroyForcibly();
                Workforce.awaitGone(pid);
            }
        }
    }

    /** Opens a server, and closes it. */
    static final class Ending {
        private Ending() {}

        static void main() throws IOException {
            Server.tcp("localhost", 0).concurrency(workers(1)).open(WorkerVandal.Connections.class).close();
        }
    }
}
