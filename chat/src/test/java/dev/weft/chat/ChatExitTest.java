package dev.weft.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Address;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A process that is a chat server, and is asked to end. */
@Timeout(120)
class ChatExitTest {
    private static final int SIGTERM = 15;

    /** A chat server that says where it is, and what its end was like. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws IOException {
            var chat = new ChatServer(Address.of("localhost", 0), ChatServer.Options.defaults().wire(ChatWire.lines())).start();
            chat.drainOnExit(Duration.ofSeconds(20), report -> System.out.println("report: " + report));
            System.out.println("port " + chat.port());
            chat.join();
        }
    }

    @Test
    @DisplayName("SIGTERM drains; when nothing was interrupted the process ends with 0")
    void aCleanDrainEndsWithZero() throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var process = new ProcessBuilder(java, "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), Program.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (var printed = process.inputReader()) {
            var port = Integer.parseInt(awaitLine(printed, "port "));
            assumeFalse(ignoresTerm(process), "started with SIGTERM ignored");
            try (var client = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
                client.setSoTimeout(20_000);
                var heard = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
                client.getOutputStream().write("hello\n".getBytes(StandardCharsets.UTF_8));
                assertThat(heard.readLine()).endsWith(" hello");
                process.toHandle().destroy(); // SIGTERM
                assertThat(heard.readLine()).as("the end").isNull();
            }
            assertThat(awaitLine(printed, "report: ")).contains("0 interrupted, 0 aborted");
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    private static String awaitLine(BufferedReader printed, String beginning) throws IOException {
        String line;
        do {
            line = printed.readLine();
            assertThat(line).as(beginning).isNotNull();
        } while (!line.startsWith(beginning));
        return line.substring(beginning.length());
    }

    private static boolean ignoresTerm(Process process) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream().filter(l -> l.startsWith("SigIgn:"))
                .anyMatch(l -> (Long.parseUnsignedLong(l.substring("SigIgn:".length()).trim(), 16) >> (SIGTERM - 1) & 1) == 1);
    }
}
