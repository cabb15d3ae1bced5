package dev.weft.workers;

import static dev.weft.workers.Workforce.ask;
import static dev.weft.workers.Workforce.connect;
import static dev.weft.workers.Workforce.pid;
import static dev.weft.workers.Workforce.workers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.concurrent.Executors;

import dev.weft.net.Concurrency;
import dev.weft.net.LifeState;
import dev.weft.net.Server;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** How many workers there are, how long each lives, and how they end with their server. */
@Timeout(120)
@DisplayName("The life of worker processes (SS-34)")
@ExtendWith(CachedWorkers.class)
class WorkerLifeTest {
    private final Workforce.Failures failures = new Workforce.Failures();

    private Server serve(Concurrency.Processes workers) throws IOException {
        return Server.tcp("localhost", 0).name("forking").concurrency(workers).observer(failures).open(WorkerHandlers.Obedient.class).start();
    }

    @Test
    void aWorkerIsReused() throws Exception {
        try (var server = serve(workers(1))) {
            assertThat(ask(server, "pid")).isEqualTo(ask(server, "pid")).isNotEqualTo(String.valueOf(ProcessHandle.current().pid()));
        }
    }

    @Test
    void withOneRequestPerChildEachRequestHasAProcessOfItsOwn() throws Exception {
        try (var server = serve(workers(2).requestsPerChild(1))) {
            var pids = new HashSet<String>();
            for (int i = 0; i < 4; i++) {
                pids.add(ask(server, "pid"));
            }
            assertThat(pids).hasSize(4);
            pids.stream().limit(3).mapToLong(Long::parseLong).forEach(Workforce::awaitGone);
        }
    }

    @Test
    void aWorkerIsReplacedAfterItsRequests() throws Exception {
        try (var server = serve(workers(1).requestsPerChild(2))) {
            var first = ask(server, "pid");
            assertThat(ask(server, "pid")).isEqualTo(first);
            assertThat(ask(server, "pid")).isNotEqualTo(first);
        }
    }

    @Test
    void atMostSoManyAreServedAtOnceAndTheNextWaits() throws Exception {
        try (var server = serve(workers(2)); var threads = Executors.newVirtualThreadPerTaskExecutor(); var one = connect(server);
                var two = connect(server); var third = connect(server)) {
            assertThat(pid(one)).isNotEqualTo(pid(two));
            third.send("pid\n");
            var answer = threads.submit(third::readLine);
            assertThat(server.stats().accepted()).as("the third is in the backlog").isEqualTo(2);
            assertThat(answer.isDone()).isFalse();
            two.shutdownOutput();
            assertThat(answer.get()).isNotEqualTo(String.valueOf(pid(one)));
        }
    }

    @Test
    void aHandlerKnowsItsPeerAndTheServerItWorksFor() throws Exception {
        System.setProperty("weft.test.property", "as in the parent");
        try (var server = serve(workers(1)); var c = connect(server)) {
            assertThat(ask(c, "peer")).isEqualTo(c.local() + " " + c.remote());
            assertThat(ask(c, "server")).isEqualTo("forking " + server.address());
            assertThat(ask(c, "property weft.test.property")).isEqualTo("as in the parent");
        } finally {
            System.clearProperty("weft.test.property");
        }
    }

    @Test
    void aHandlersOwnVirtualThreadsReadAndWriteToo() throws Exception {
        try (var server = serve(workers(1)); var c = connect(server)) {
            c.send("virtual\n");
            assertThat(ask(c, "thread")).isEqualTo("virtual thread");
            assertThat(ask(c, "pid")).isNotEmpty();
        }
    }

    @Test
    void theBytesThatAWorkerMovesAreCounted() throws Exception {
        try (var server = serve(workers(1))) {
            var answer = ask(server, "pid");
            await().until(() -> server.stats().active() == 0);
            assertThat(server.stats().bytesIn()).isEqualTo(4);
            assertThat(server.stats().bytesOut()).isEqualTo(answer.length() + 1);
        }
    }

    @Test
    void aHandlerThatIsRehearsableRehearsesOnceInEachWorker() throws Exception {
        try (var server = Server.tcp("localhost", 0).concurrency(workers(1)).open(WorkerHandlers.Warm.class).start()) {
            assertThat(ask(server, "rehearsals")).isEqualTo("1");
            assertThat(ask(server, "rehearsals")).isEqualTo("1");
        }
    }

    @Test
    void aDrainIsShownToTheHandlersAndLetsThemFinish() throws Exception {
        var server = serve(workers(2));
        try (server; var c = connect(server)) {
            var pid = pid(c);
            var report = server.drain(Workforce.PATIENCE);
            assertThat(c.readLine()).isEqualTo("goodbye");
            assertThat(report.clean()).isTrue();
            assertThat(report.finished()).isEqualTo(1);
            Workforce.awaitGone(pid);
        }
        assertThat(failures.all()).isEmpty();
    }

    @Test
    void aStragglerIsInterruptedWhereItRuns() throws Exception {
        try (var server = serve(workers(1)); var c = connect(server)) {
            ask(c, "read");
            var report = server.drain(Duration.ofMillis(50));
            assertThat(c.readLine()).isEqualTo("interrupted");
            assertThat(report.interrupted()).isEqualTo(1);
            assertThat(report.aborted()).isZero();
        }
        assertThat(failures.all()).as("ending as it was told is no failure").isEmpty();
    }

    @Test
    void aStragglerIsNoFailureInTheMiddleOfAnIterationEither() throws Exception {
        try (var server = serve(workers(1)); var c = connect(server)) {
            ask(c, "lines");
            c.send("half a li");
            await().until(() -> server.drain(Duration.ofMillis(50)).interrupted() == 1);
        }
        assertThat(failures.all()).isEmpty();
    }

    @Test
    void aStragglerThatHearsNothingIsEndedWithItsWorker() throws Exception {
        try (var server = serve(workers(1)); var c = connect(server)) {
            var pid = Long.parseLong(ask(c, "spin"));
            var report = server.drain(Duration.ofMillis(50));
            assertThat(report.aborted()).isEqualTo(1);
            Workforce.awaitGone(pid);
        }
    }

    @Test
    void aShutdownEndsTheLoopAndTheWorkersServeOn() throws Exception {
        try (var server = serve(workers(1)); var c = connect(server)) {
            var pid = pid(c);
            server.shutdown();
            assertThat(server.state()).isEqualTo(LifeState.NEW);
            assertThat(pid(c)).isEqualTo(pid);
            c.shutdownOutput();
            server.start();
            assertThat(ask(server, "pid")).isEqualTo(String.valueOf(pid));
        }
    }
}
