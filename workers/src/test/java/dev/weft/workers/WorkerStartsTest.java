package dev.weft.workers;

import static dev.weft.workers.Workforce.ask;
import static dev.weft.workers.Workforce.connect;
import static dev.weft.workers.Workforce.pid;
import static dev.weft.workers.Workforce.workers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;

import dev.weft.net.Admission;
import dev.weft.net.Concurrency;
import dev.weft.net.Server;
import dev.weft.net.TimeSource;
import dev.weft.testkit.ManualTime;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How many workers are started, and what becomes of a server whose workers can't be. */
@Timeout(60)
@DisplayName("The start of worker processes (SS-34)")
class WorkerStartsTest {
    private final Workforce.Failures failures = new Workforce.Failures();

    private Server serve(Concurrency.Processes workers) throws IOException {
        return serve(workers, TimeSource.system());
    }

    private Server serve(Concurrency.Processes workers, TimeSource time) throws IOException {
        return Server.tcp("localhost", 0).time(time).admission(Admission.waiting(3)).concurrency(workers).observer(failures)
                .open(WorkerHandlers.Obedient.class).start();
    }

    /** Its workers are started by a Java that can be taken away. */
    private Server serveBy(Path java, Concurrency.Processes workers) throws IOException {
        return serveBy(java, workers, TimeSource.system());
    }

    private Server serveBy(Path java, Concurrency.Processes workers, TimeSource time) throws IOException {
        var home = System.getProperty("java.home");
        System.setProperty("java.home", java.getParent().getParent().toString());
        try {
            return serve(workers, time);
        } finally {
            System.setProperty("java.home", home);
        }
    }

    private static Path java(Path folder) throws IOException {
        return Files.createDirectory(folder.resolve("bin")).resolve("java");
    }

    private static void give(Path java) throws IOException {
        Files.createSymbolicLink(java, Path.of(System.getProperty("java.home"), "bin", "java"));
    }

    @Test
    void withoutJavaTheServerIsNotOpened(@TempDir Path folder) {
        assertThatThrownBy(() -> serveBy(java(folder), workers(1)).close()).isInstanceOf(IOException.class)
                .hasMessageContaining("no worker process could be started").hasMessageContaining(folder.toString());
    }

    @Test
    void aRequestIsToldWhyThereIsNoWorkerAndOneAfterTheMendingIsServed(@TempDir Path folder) throws Exception {
        var java = java(folder);
        try (var server = serveBy(java, workers(1).spare(0))) {
            for (int i = 0; i < 2; i++) {
                try (var c = connect(server)) {
                    assertThat(c.receive(1)).isEmpty();
                }
                assertThat(failures.next()).hasMessageContaining("no worker process could be started");
            }
            give(java);
            assertThat(ask(server, "pid")).isNotEmpty();
        }
        assertThat(failures.all()).isEmpty();
    }

    @Test
    void aRequestThatNoNewWorkerCanServeWaitsForABusyOne(@TempDir Path folder) throws Exception {
        var java = java(folder);
        give(java);
        try (var server = serveBy(java, workers(2).spare(0)); var threads = Executors.newVirtualThreadPerTaskExecutor();
                var first = connect(server)) {
            var only = pid(first);
            Files.delete(java);
            try (var second = connect(server)) {
                var answer = threads.submit(() -> pid(second));
                await("three failures").until(() -> waits(server, "awaitNextTry"));
                first.shutdownOutput();
                assertThat(answer.get()).isEqualTo(only);
            }
        }
        assertThat(failures.all()).isEmpty();
    }

    @Test
    void afterThreeFailuresTheNextTryComesASecondLaterOnTheServersClock(@TempDir Path folder) throws Exception {
        var java = java(folder);
        give(java);
        var time = new ManualTime();
        try (var server = serveBy(java, workers(2).spare(0), time); var threads = Executors.newVirtualThreadPerTaskExecutor();
                var first = connect(server)) {
            var only = pid(first);
            Files.delete(java);
            try (var second = connect(server)) {
                var answer = threads.submit(() -> pid(second));
                await("three failures").until(() -> waits(server, "awaitNextTry"));
                time.awaitScheduled(Duration.ofSeconds(1));
                give(java);
                time.advance(Duration.ofMillis(999));
                assertThat(waits(server, "awaitNextTry")).as("still waits").isTrue();
                time.advance(Duration.ofMillis(1));
                assertThat(answer.get()).isNotEqualTo(only);
            }
        }
        assertThat(failures.all()).isEmpty();
    }

    @Test
    void workersThatKeepDyingAreReplacedAsARequestAsksAndNeverByTooMany() throws Exception {
        var before = children();
        try (var server = serve(workers(1)); var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 3; i++) {
                await("a worker").until(() -> !since(before).isEmpty());
                var idle = since(before).getFirst();
                ProcessHandle.of(idle).ifPresent(ProcessHandle::destroyForcibly);
                Workforce.awaitGone(idle);
            }
            try (var first = connect(server)) {
                var only = pid(first);
                var answer = threads.submit(() -> ask(server, "pid"));
                await("the second to wait").until(() -> waits(server, "take"));
                assertThat(since(before)).containsExactly(only);
                assertThat(passers()).isEqualTo(1);
                first.shutdownOutput();
                assertThat(answer.get()).isEqualTo(String.valueOf(only));
            }
        }
        assertThat(failures.all()).isEmpty();
    }

    @Test
    void spareWorkersWaitBeyondTheBusyOnesAndNoMoreThanTheLimit() throws Exception {
        var before = children();
        try (var server = serve(workers(2).spare(1)); var first = connect(server)) {
            var busy = pid(first);
            await("one spare").until(() -> since(before).size() == 2);
            try (var second = connect(server)) {
                assertThat(since(before)).containsExactlyInAnyOrder(busy, pid(second));
            }
        }
    }

    @Test
    void whateverIsThrownWhileAProcessIsStartedIsTheEndOfThatStart() throws Exception {
        var command = new AbstractList<String>() {
            @Override
            public String get(int index) {
                throw new OutOfMemoryError("unable to create native thread");
            }

            @Override
            public int size() {
                return 1;
            }
        };
        var listener = new WorkerListener();
        try {
            var workerStart = new WorkerStart(new ProcessBuilder(command), listener, () -> new byte[0], SeqPacketSocket.NONE).start();
            assertThatThrownBy(workerStart::get).isInstanceOf(ExecutionException.class).hasMessageContaining("unable to create native thread");
        } finally {
            listener.close();
        }
    }

    private static List<Long> children() {
        return ProcessHandle.current().children().filter(ProcessHandle::isAlive).map(ProcessHandle::pid).toList();
    }

    private static List<Long> since(List<Long> before) {
        return children().stream().filter(pid -> !before.contains(pid)).toList();
    }

    /** Threads that pass on what workers, started or starting, write to their standard error. */
    private static long passers() {
        return Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().equals("weft-worker-errors")).count();
    }

    /** Whether a request waits for a worker, with this method among those it is in. */
    private static boolean waits(Server server, String method) {
        return server.threads().stream().map(Thread::getStackTrace).anyMatch(stack -> frames(stack, ProcessPool.class.getName(), "take")
                && Arrays.stream(stack).anyMatch(f -> f.getMethodName().equals(method)) && frames(stack, "java.util.concurrent.locks", ""));
    }

    private static boolean frames(StackTraceElement[] stack, String type, String method) {
        return Arrays.stream(stack).anyMatch(f -> f.getClassName().startsWith(type) && f.getMethodName().startsWith(method));
    }
}
