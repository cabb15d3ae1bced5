package dev.weft.workers;

import static dev.weft.workers.Workforce.PATIENCE;
import static dev.weft.workers.Workforce.connect;
import static dev.weft.workers.Workforce.pid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.weft.net.Concurrency;
import dev.weft.net.Connection;
import dev.weft.net.Server;
import dev.weft.net.TimeSource;
import dev.weft.testkit.ManualTime;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** More requests at once than workers wait: how many are started for them, and what becomes of the workers afterwards. */
@Timeout(60)
@DisplayName("A burst on worker processes (SS-34)")
class WorkerBurstTest {
    private final List<Long> before = children();

    private static Server serve(int most, TimeSource time) throws IOException {
        return Server.tcp("localhost", 0).time(time).concurrency(Concurrency.processes(most).spare(1).jvmOptions("-Xmx64m"))
                .open(WorkerHandlers.Obedient.class).start();
    }

    private List<Long> workers() {
        return children().stream().filter(pid -> !before.contains(pid)).toList();
    }

    private static List<Long> children() {
        return ProcessHandle.current().children().filter(ProcessHandle::isAlive).map(ProcessHandle::pid).toList();
    }

    private void awaitWorkers(int n) {
        await(n + " workers").atMost(PATIENCE).untilAsserted(() -> assertThat(workers()).hasSize(n));
    }

    /** Connections that each keep a worker. */
    private static List<Connection> hold(Server server, int n) throws IOException {
        var all = new ArrayList<Connection>();
        for (int i = 0; i < n; i++) {
            all.add(connect(server));
            pid(all.getLast());
        }
        return all;
    }

    @Test
    void severalWorkersAreStartedSideBySide(@TempDir Path folder) throws Exception {
        var gate = folder.resolve("closed");
        var started = folder.resolve("started");
        var home = System.getProperty("java.home");
        var java = Files.createDirectory(folder.resolve("bin")).resolve("java");
        Files.writeString(java, """
                #!/bin/sh
                echo $$ >> %s
                while [ -e %s ]; do sleep 0.02; done
                exec %s/bin/java "$@"
                """.formatted(started, gate, home));
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));
        System.setProperty("java.home", folder.toString());
        try (var server = serve(12, TimeSource.system()); var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            System.setProperty("java.home", home);
            awaitWorkers(1);
            Files.createFile(gate);
            var connections = new ArrayList<Connection>();
            var answers = new ArrayList<Future<Long>>();
            for (int i = 0; i < 8; i++) {
                var c = connect(server);
                connections.add(c);
                answers.add(threads.submit(() -> pid(c)));
            }
            await("four starts that go on").atMost(PATIENCE).until(() -> Files.readAllLines(started).size() >= 1 + 4);
            Files.delete(gate);
            var pids = new ArrayList<Long>();
            for (var answer : answers) {
                pids.add(answer.get());
            }
            assertThat(pids).doesNotHaveDuplicates();
            connections.forEach(Connection::close);
        } finally {
            System.setProperty("java.home", home);
        }
    }

    @Test
    void theMoreAreInUseTheMoreWaitForTheNextBurst() throws Exception {
        try (var server = serve(12, TimeSource.system())) {
            var connections = hold(server, 8);
            awaitWorkers(8 + 2);
            connections.forEach(Connection::close);
        }
    }

    @Test
    void thoseThatABurstLeavesAreLetGoAfterAWhileButForTheSpareOne() throws Exception {
        var time = new ManualTime();
        try (var server = serve(12, time)) {
            var connections = hold(server, 4);
            awaitWorkers(4 + 1);
            connections.forEach(Connection::close);
            await("their reports").until(() -> server.stats().active() == 0);
            time.awaitScheduled(IdleWorkers.KEPT);
            assertThat(workers()).as("still there for the next burst").hasSize(5);
            time.advanceUntil(IdleWorkers.KEPT, () -> workers().size() == 1);
            try (var c = connect(server)) {
                assertThat(workers()).contains(pid(c));
            }
        }
    }
}
