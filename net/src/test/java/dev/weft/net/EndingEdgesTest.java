package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ends of a server that come at a bad moment, or in which something fails. */
@Timeout(60)
class EndingEdgesTest {
    private static final Address HERE = Address.memory("ending-edges");
    private static final Duration LONG = Duration.ofSeconds(50);

    @TempDir
    private Path folder;

    @Test
    void aSocketFileThatCannotBeDeletedDoesNotKeepTheServerFromClosing() throws IOException {
        var place = Files.createDirectory(folder.resolve("place"));
        var server = Server.unix(place.resolve("s")).option(WeftSocketOptions.UNIX_UNLINK, true).open(_ -> {}).start();
        Files.delete(place.resolve("s")); // and a folder in its place, which is not ours
        Files.createDirectory(place.resolve("s"));
        server.close();
        assertThat(server.state()).isEqualTo(LifeState.ENDED);
        server.close();
        assertThat(Files.isDirectory(place.resolve("s"))).isTrue();
    }

    @Test
    void aThreadThatIsInterruptedStillGivesHandlersTheirGrace() throws Exception {
        // SPEC SS-31.
        var begun = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        var server = Server.at(HERE).grace(LONG).open(_ -> {
            begun.countDown();
            mayEnd.await();
        }).start();
        try (var _ = Connection.to(HERE).open()) {
            begun.await();
            var closing = new FutureTask<>(() -> {
                Thread.currentThread().interrupt();
                var report = server.drain(LONG);
                return report.clean() && Thread.currentThread().isInterrupted();
            });
            Thread.ofPlatform().start(closing);
            await().until(() -> server.state() == LifeState.DRAINING);
            mayEnd.countDown();
            assertThat(closing.get(30, TimeUnit.SECONDS)).as("clean, and the interrupt kept").isTrue();
        }
    }

    @Test
    void anErrorInAnActionIsLoggedAndTheServerGoesOn() throws IOException {
        // SPEC SS-10.
        var runs = new AtomicInteger();
        try (var log = new LogCapture(); var server = Server.at(HERE).every(Duration.ofMillis(5), () -> {
            runs.incrementAndGet();
            throw new AssertionError("an action's");
        }).open(c -> c.send(c.readLine() + "\n")).start(); var c = Connection.to(HERE).open()) {
            await().until(() -> runs.get() > 2);
            c.send("still here\n");
            assertThat(c.readLine()).isEqualTo("still here");
            assertThat(server.state()).isEqualTo(LifeState.RUNNING);
            assertThat(log).isNotNull();
        }
    }

    @Test
    void anObserverThatClosesTheServerDoesNotWaitForItsOwnRequest() throws Exception {
        var server = new Server[1];
        var closed = new CountDownLatch(1);
        server[0] = Server.at(HERE).grace(LONG).observer(new ServerObserver() {
            @Override
            public void failed(Connection c, Throwable failure) {
                server[0].close();
                closed.countDown();
            }
        }).open(c -> {
            c.readLine();
            throw new IllegalStateException("made to fail");
        }).start();
        try (var c = Connection.to(HERE).open()) {
            c.send("now\n");
            assertThat(closed.await(20, TimeUnit.SECONDS)).as("close returned inside the observer").isTrue();
        }
        assertThat(server[0].state()).isEqualTo(LifeState.ENDED);
    }

    @Test
    void aDrainServesTheQueueBehindAFullServer() throws Exception {
        var first = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        var server = Server.at(HERE).admission(Admission.waiting(1)).open(c -> {
            if (first.getCount() > 0) {
                first.countDown();
                mayEnd.await();
            }
            c.send("served\n");
        }).start();
        try (var one = Connection.to(HERE).open(); var queued = Connection.to(HERE).open()) {
            first.await();
            var drain = new FutureTask<>(() -> server.drain(LONG));
            Thread.ofPlatform().start(drain);
            await().until(() -> server.state() == LifeState.DRAINING);
            mayEnd.countDown();
            assertThat(one.readLine()).isEqualTo("served");
            assertThat(queued.readLine()).isEqualTo("served");
            assertThat(drain.get(30, TimeUnit.SECONDS).finished()).isEqualTo(2);
        }
    }

    @Test
    void anInterruptThatMeetsASequentialHandlerEndsTheLoopToo() throws Exception {
        // SPEC SS-22 and the interrupt of run: the handler runs on that thread.
        try (var server = Server.at(HERE).concurrency(Concurrency.sequential()).open(Connection::readLine)) {
            var loop = Thread.ofPlatform().start(server::run);
            try (var c = Connection.to(HERE).open()) {
                await().until(() -> server.stats().active() == 1 && loop.getState() == Thread.State.WAITING);
                loop.interrupt();
                loop.join(20_000);
                assertThat(loop.isAlive()).isFalse();
                assertThat(c.receive(1)).isEmpty();
            }
        }
    }
}
