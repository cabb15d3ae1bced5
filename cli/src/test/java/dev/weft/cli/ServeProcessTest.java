package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.time.Duration;

import dev.weft.net.Connection;
import dev.weft.net.Deadlines;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code weft} as a process of its own: signals and exit codes. */
@Timeout(60)
class ServeProcessTest {
    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void aSignalDrainsAndTheExitCodeIs0(String signal) throws Exception {
        try (var weft = WeftProcess.weft("serve", "echo", "--tcp", "127.0.0.1:0")) {
            var server = weft.ready();
            assumeFalse("INT".equals(signal) && weft.ignoresInterrupt(), "skipped: these tests were started with SIGINT ignored");
            try (var c = connect(server.port())) {
                c.send("before\n");
                assertThat(c.readLine()).isEqualTo("before");

                assertThat(weft.signal(signal)).isZero();
                assertThat(c.receive(1)).as("the end of the stream, not a reset").isEmpty();
            }
            assertThat(weft.err()).as("nothing to tell about a clean drain").isEmpty();
            assertThatThrownBy(() -> connect(server.port())).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve echo --udp 127.0.0.1:0", "serve upper --tcp 127.0.0.1:0 --concurrency sequential", "chat --port 0",
            "message serve --port 0"})
    void everyServerExitsWith0OnSigterm(String line) throws Exception {
        try (var weft = WeftProcess.weft(line.split(" "))) {
            weft.ready();

            assertThat(weft.terminate()).isZero();
        }
    }

    @Test
    void aRequestThatOutlastsTheDrainIsReportedOnStandardError() throws Exception {
        try (var weft = WeftProcess.weft("serve", "--exec", "trap '' TERM; echo ready; exec sleep 60", "--grace", "0.2", "--tcp", "127.0.0.1:0")) {
            try (var c = connect(weft.ready().port())) {
                assertThat(c.readLine()).isEqualTo("ready");

                assertThat(weft.terminate()).as("not clean: 128 and the signal").isEqualTo(143);
                assertThat(weft.err()).startsWith("weft: drained in ").contains("1 interrupted");
            }
        }
    }

    @Test
    void aSecondSignalEndsItAtOnce() throws Exception {
        var folder = Stubborn.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        try (var weft = WeftProcess.weft("serve", "--class-path", folder, "dev.weft.cli.Stubborn", "--tcp", "127.0.0.1:0", "--grace", "1h")) {
            var server = weft.ready();
            try (var c = connect(server.port())) {
                assertThat(c.readLine()).isEqualTo("served");
                weft.process.toHandle().destroy();
                await().atMost(Duration.ofSeconds(20)).until(() -> refuses(server.port()));
                assertThat(weft.process.isAlive()).as("it drains").isTrue();

                assertThat(weft.terminate()).isEqualTo(143);
            }
        }
    }

    @Test
    void withinItsGraceARequestEndsByItselfAndTheExitCodeIs0() throws Exception {
        var folder = Stubborn.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        try (var weft = WeftProcess.weft("serve", "--class-path", folder, "dev.weft.cli.Stubborn", "--tcp", "127.0.0.1:0", "--grace", "1h")) {
            var server = weft.ready();
            try (var c = connect(server.port())) {
                assertThat(c.readLine()).isEqualTo("served");
                weft.process.toHandle().destroy();
                await().atMost(Duration.ofSeconds(20)).until(() -> refuses(server.port()));

                c.send("end\n");
                assertThat(c.readLine()).isEqualTo("bye");
            }
            assertThat(weft.exitCode()).isZero();
            assertThat(weft.err().lines()).as("but of connections that only looked whether they are refused")
                    .allMatch(told -> told.endsWith("Broken pipe") || told.endsWith("Connection reset by peer"));
        }
    }

    @Test
    void aProgramThatServesExitsAsTheCommandDoes() throws Exception {
        try (var program = WeftProcess.program(Stubborn.class)) {
            var port = Integer.parseInt(program.out.readLine());
            try (var c = connect(port)) {
                assertThat(c.readLine()).isEqualTo("served");
                program.process.toHandle().destroy();
                await().atMost(Duration.ofSeconds(20)).until(() -> refuses(port));
                c.send("end\n");
            }
            assertThat(program.exitCode()).isZero();
            assertThat(program.out.readLine()).as("what comes after serve").isEqualTo("over");
        }
        try (var program = WeftProcess.program(Stubborn.class)) {
            var port = Integer.parseInt(program.out.readLine());
            try (var c = connect(port)) {
                assertThat(c.readLine()).isEqualTo("served");
                program.process.toHandle().destroy();
                await().atMost(Duration.ofSeconds(20)).until(() -> refuses(port));
                assertThat(program.terminate()).as("a second signal").isEqualTo(143);
            }
        }
    }

    private static boolean refuses(int port) {
        try {
            connect(port).close();
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void aProcessGivesTheExitCodesOfTheCommand() throws Exception {
        try (var wrong = WeftProcess.weft("serve", "echo", "--concurrency", "platform:0");
                var failing = WeftProcess.weft("serve", "echo", "--tcp", "203.0.113.1:9")) {
            assertThat(wrong.exitCode()).isEqualTo(2);
            assertThat(wrong.err()).contains("--concurrency").hasLineCount(1);
            assertThat(failing.exitCode()).isEqualTo(1);
            assertThat(failing.err()).contains("203.0.113.1:9").hasLineCount(1);
        }
    }

    private static Connection connect(int port) throws IOException {
        return Connection.to("127.0.0.1", port).deadlines(Deadlines.defaults().read(Duration.ofSeconds(20))).open();
    }
}
