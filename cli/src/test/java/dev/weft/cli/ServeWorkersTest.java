package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

import dev.weft.net.Connection;
import dev.weft.net.ConnectionBuilder;
import dev.weft.net.Datagrams;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code weft serve --concurrency processes:N}. */
@Timeout(60)
@DisplayName("weft serve in worker processes (SS-34)")
class ServeWorkersTest {
    @TempDir
    private Path folder;

    @Test
    void aBuiltInHandlerServesConnections() throws Exception {
        try (var weft = Running.weft("serve", "echo", "--tcp", "127.0.0.1:0", "--concurrency", "processes:2")) {
            assertEchoes(Connection.to(weft.ready()));
        }
    }

    @Test
    void aBuiltInHandlerServesAUnixSocket() throws Exception {
        try (var weft = Running.weft("serve", "echo", "--unix", folder.resolve("s").toString(), "--concurrency", "processes:1")) {
            assertEchoes(Connection.to(weft.ready()));
        }
    }

    private static void assertEchoes(ConnectionBuilder to) throws IOException {
        try (var c = to.open()) {
            c.send("one\ntwo");
            c.shutdownOutput();
            assertThat(new String(c.input().readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("one\ntwo");
        }
    }

    @Test
    void aBuiltInHandlerServesDatagrams() throws Exception {
        try (var weft = Running.weft("serve", "echo", "--udp", "127.0.0.1:0", "--concurrency", "processes:1");
                var client = Datagrams.udp()) {
            client.send("any bytes", weft.ready());
            assertThat(client.receive(Duration.ofSeconds(20)).text()).isEqualTo("any bytes");
        }
    }

    @Test
    void aPoolWithoutProcessesIsRefused() {
        var weft = Running.done("serve", "echo", "--concurrency", "processes:0");
        assertThat(weft.exitCode()).isEqualTo(2);
        assertThat(weft.err()).contains("--concurrency: processes:0: at least 1");
    }

    @Test
    void aCommandForEachConnectionNeedsNoWorkersBeside() {
        var weft = Running.done("serve", "--exec", "cat", "--concurrency", "processes:2");
        assertThat(weft.exitCode()).isNotZero();
        assertThat(weft.err()).contains("--exec has a process for each connection already");
    }
}
