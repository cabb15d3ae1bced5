package dev.weft.workers;

import static dev.weft.workers.Workforce.ask;
import static dev.weft.workers.Workforce.connect;
import static dev.weft.workers.Workforce.pid;
import static dev.weft.workers.Workforce.workers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Server;
import dev.weft.net.WorkerException;
import dev.weft.testkit.OpenDescriptors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a handler may do to its process: it costs its own connection and nothing else. */
@Timeout(120)
@DisplayName("Worker processes that fail (SS-34)")
@ExtendWith(CachedWorkers.class)
class WorkerFailureTest {
    private final Workforce.Failures failures = new Workforce.Failures();

    private Server serve(int n) throws IOException {
        return Server.tcp("localhost", 0).concurrency(workers(n)).observer(failures).open(WorkerHandlers.Obedient.class).start();
    }

    @Test
    void aHandlerThatCallsSystemExitLosesItsConnectionAndNothingElse() throws Exception {
        try (var server = serve(3); var bystander = connect(server)) {
            var other = pid(bystander);
            try (var c = connect(server)) {
                c.send("exit 3\n");
                assertThat(c.receive(1)).isEmpty();
            }
            assertThat(failures.next()).isInstanceOf(IOException.class).hasMessageContaining("ended with exit code 3")
                    .hasMessageContaining("while it served 127.0.0.1:");
            assertThat(pid(bystander)).isEqualTo(other);
            assertThat(ask(server, "pid")).isNotEqualTo(String.valueOf(other));
            assertThat(server.stats().failed()).isEqualTo(1);
            assertThat(failures.all()).isEmpty();
        }
    }

    @Test
    void aHandlerThatFillsItsHeapLosesItsConnectionAndNothingElse() throws Exception {
        try (var server = serve(3); var bystander = connect(server)) {
            var other = pid(bystander);
            try (var c = connect(server)) {
                c.send("fill\n");
                assertThat(c.receive(1)).isEmpty();
            }
            assertThat(failures.next()).hasMessageContaining("ended with exit code 3").hasMessageContaining("no memory left");
            assertThat(pid(bystander)).isEqualTo(other);
            assertThat(server.stats().failed()).isEqualTo(1);
        }
    }

    @Test
    void aWorkerThatIsKilledLosesItsConnectionAndNothingElse() throws Exception {
        try (var server = serve(3); var bystander = connect(server)) {
            var other = pid(bystander);
            try (var c = connect(server)) {
                var pid = pid(c);
                ProcessHandle.of(pid).orElseThrow().destroyForcibly();
                assertThat(c.receive(1)).isEmpty();
                assertThat(failures.next()).hasMessageContaining("worker " + pid + " was ended by SIGKILL");
            }
            assertThat(pid(bystander)).isEqualTo(other);
            assertThat(server.stats().failed()).isEqualTo(1);
        }
    }

    @Test
    void aWorkerThatIsKilledWhileIdleCostsNobodyAConnection() throws Exception {
        try (var server = serve(1)) {
            for (int i = 0; i < 2; i++) {
                var pid = Long.parseLong(ask(server, "pid"));
                await("its report").until(() -> server.stats().active() == 0);
                ProcessHandle.of(pid).orElseThrow().destroyForcibly();
                Workforce.awaitGone(pid);
                assertThat(ask(server, "pid")).isNotEqualTo(String.valueOf(pid));
            }
            assertThat(server.stats().failed()).isZero();
        }
    }

    @Test
    void whatAHandlerThrowsReachesTheObserverWithItsStackAndItsCause() throws Exception {
        try (var server = serve(1)) {
            String pid;
            try (var c = connect(server)) {
                pid = ask(c, "pid");
                c.send("throw\n");
                assertThat(c.receive(1)).isEmpty();
            }
            assertThat(failures.next()).isInstanceOfSatisfying(WorkerException.class, e -> {
                assertThat(e.type()).isEqualTo("java.lang.IllegalStateException");
                assertThat(e).hasMessage("java.lang.IllegalStateException: as told").hasCauseInstanceOf(WorkerException.class);
                assertThat(e.getCause()).hasMessage("java.io.IOException: its cause");
                assertThat(e.getStackTrace()[0].getClassName()).isEqualTo(WorkerHandlers.class.getName());
            });
            assertThat(ask(server, "pid")).as("the worker goes on").isEqualTo(pid);
        }
    }

    @Test
    void aHandlerThatAbortsShowsItsPeerAReset() throws Exception {
        try (var server = serve(1); var c = connect(server)) {
            c.send("abort\n");
            assertThatThrownBy(() -> c.receive(1)).isInstanceOf(IOException.class)
                    .hasMessageContaining("reset");
        }
    }

    @Test
    void neitherZombiesNorDescriptorsNorFoldersAreLeft() throws Exception {
        try (var server = serve(2)) { // what the process keeps for good is opened once
            ask(server, "pid");
        }
        var before = OpenDescriptors.count();
        var folders = folders();
        try (var server = serve(2)) {
            for (var order : List.of("pid", "exit 1", "throw", "pid")) {
                try (var c = connect(server)) {
                    c.send(order + "\n");
                    c.receive(64);
                }
            }
            ProcessHandle.of(Long.parseLong(ask(server, "pid"))).orElseThrow().destroyForcibly();
            assertThat(Workforce.zombies()).as("while it serves").allSatisfy(_ -> await().until(() -> Workforce.zombies().isEmpty()));
        }
        await("descriptors to be closed").atMost(Workforce.PATIENCE).until(() -> OpenDescriptors.count() <= before);
        await("children to be waited for").atMost(Workforce.PATIENCE).until(() -> Workforce.zombies().isEmpty());
        assertThat(folders()).isEqualTo(folders);
    }

    private static List<Path> folders() throws IOException {
        try (var all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return all.filter(p -> p.getFileName().toString().startsWith("weft-workers")).sorted().toList();
        }
    }

    @Test
    void otherChildrenOfThisProcessAreLeftToTheirOwners() throws Exception {
        var child = new ProcessBuilder("/bin/sh", "-c", "read line; exit 7").start();
        try (var server = serve(1); var c = connect(server)) {
            c.send("exit 1\n");
            c.receive(1);
            child.getOutputStream().close();
            failures.next();
            assertThat(child.waitFor()).isEqualTo(7);
        }
    }

    @Test
    void noWorkerOutlivesAParentThatIsKilled() throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var parent = new ProcessBuilder(java, "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                WorkerParent.class.getName()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (var out = parent.inputReader(StandardCharsets.UTF_8)) {
            var address = Address.parse(out.readLine());
            try (var spins = Connection.to(address).open(); var waits = Connection.to(address).open()) {
                var spinning = Long.parseLong(ask(spins, "spin"));
                var waiting = pid(waits);
                var workers = ProcessHandle.of(parent.pid()).orElseThrow().children().map(ProcessHandle::pid).toList();
                assertThat(workers).contains(spinning, waiting);
                parent.destroyForcibly();
                workers.forEach(Workforce::awaitGone);
            }
        } finally {
            parent.destroyForcibly();
        }
    }

    @Test
    void whatTwoWorkersSayAtOnceStaysLineByLine() throws Exception {
        var err = System.err;
        var said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try (var server = Server.tcp("localhost", 0).concurrency(workers(2)).open(WorkerHandlers.Obedient.class).start();
                var one = connect(server);
                var other = connect(server)) {
            ask(one, "mutter half-");
            ask(other, "mutter whole|");
            await("the second one's line").until(() -> said.toString(StandardCharsets.UTF_8).contains("whole"));
            ask(one, "mutter rest|");
            await("the first one's line").until(() -> said.toString(StandardCharsets.UTF_8).contains("rest"));
        } finally {
            System.setErr(err);
        }
        assertThat(said.toString(StandardCharsets.UTF_8).lines()).contains("half-rest", "whole");
    }
}
