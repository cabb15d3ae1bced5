package dev.weft.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import dev.weft.net.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Processes that get SIGTERM with links and services at work. */
@Timeout(60)
@DisabledOnOs(OS.WINDOWS)
class DrainOnExitTest {
    private static final int TERMINATED = 128 + 15;

    private final Ends ends = new Ends(Place.NIO);
    private Process child;

    @AfterEach
    void end() throws Exception {
        ends.close();
        child.destroyForcibly();
        assertThat(child.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    private static void await(BufferedReader out, String line) throws Exception {
        assertThat(out.readLine()).isEqualTo(line);
    }

    private void assertExit(int code) throws Exception {
        assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(child.exitValue()).isEqualTo(code);
    }

    @ParameterizedTest
    @EnumSource(Delivery.class)
    @DisplayName("what has been received goes through the service and out, and then the process ends with 0")
    void whatIsUnderWayGoesThrough(Delivery delivery) throws Exception {
        var results = ends.with(ends.listen().asText().delivery(delivery).receiver().start());
        var received = new CopyOnWriteArrayList<String>();
        Thread.ofVirtual().name("test-take").start(() -> results.forEach(received::add));
        child = ExitChild.start(ExitChild.Relaying.class, delivery.name(), Integer.toString(results.address().port()));
        try (var out = child.inputReader(UTF_8); var told = child.outputWriter(UTF_8)) {
            var port = Integer.parseInt(out.readLine().substring("port ".length()));
            var sender = ends.with(ends.connect(dev.weft.net.Address.of("127.0.0.1", port)).asText().delivery(delivery).sender().start());
            for (int n = 1; n <= 3; n++) {
                sender.send("message " + n);
            }
            await(out, "begins message 1");
            Ends.until("all have left", () -> sender.stats().sent() == 3);
            child.toHandle().destroy(); // which leaves its streams open
            told.write("go\ngo\ngo\n");
            told.flush();
            assertExit(0);
            Ends.until("what was begun has come", () -> results.stats().received() == received.size() && !received.isEmpty());
            // How much of it the link had taken when it was told to end is not known; but that is done, whole and in order.
            assertThat(List.of("done message 1", "done message 2", "done message 3")).startsWith(received.toArray(String[]::new));
            if (delivery == Delivery.AT_LEAST_ONCE) {
                Ends.until("as many are acknowledged as went through", () -> sender.stats().acknowledged() == received.size());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Delivery.class)
    @DisplayName("what waits to be sent is sent, though its receiver comes later")
    void whatWaitsIsSent(Delivery delivery) throws Exception {
        var probe = ends.acceptor();
        var port = probe.port();
        probe.close();
        child = ExitChild.start(ExitChild.Sending.class, delivery.name(), Integer.toString(port), "30000");
        try (var out = child.inputReader(UTF_8)) {
            await(out, "ready");
            child.toHandle().destroy(); // which leaves its streams open
            var link = ends.with(Link.listen(Server.tcp("127.0.0.1", port)).asText().delivery(delivery).receiver().start());
            assertThat(Ends.next(link.received(), 100)).isEqualTo(IntStream.range(0, 100).mapToObj(n -> "message " + n).toList());
            assertExit(0);
        }
    }

    @Test
    @DisplayName("who can't get rid of it in time is ended, and the exit code says so")
    void whatIsNotSentInTimeIsTold() throws Exception {
        var probe = ends.acceptor();
        var port = probe.port();
        probe.close();
        child = ExitChild.start(ExitChild.Sending.class, Delivery.AT_LEAST_ONCE.name(), Integer.toString(port), "100");
        try (var out = child.inputReader(UTF_8)) {
            await(out, "ready");
            child.toHandle().destroy(); // which leaves its streams open
            assertExit(TERMINATED);
        }
    }

    @Test
    @DisplayName("a pipeline and a loop by themselves end in good order")
    void servicesByThemselvesEnd() throws Exception {
        child = ExitChild.start(ExitChild.Serving.class);
        try (var out = child.inputReader(UTF_8)) {
            var said = List.of(out.readLine(), out.readLine());
            assertThat(said).containsExactlyInAnyOrder("ready", "hello!");
            child.toHandle().destroy(); // which leaves its streams open
            await(out, "loop is over");
            assertExit(0);
        }
    }
}
