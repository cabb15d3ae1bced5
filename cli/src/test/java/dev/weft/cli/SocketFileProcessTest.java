package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Deadlines;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose the file of a Unix socket is, when commands serve there. */
@Timeout(60)
@EnabledOnOs({OS.LINUX, OS.MAC})
class SocketFileProcessTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"serve echo --unix", "message serve --unix", "serve echo --concurrency platform:2 --unix"})
    void aServerThatEndsLeavesTheFileOfItsSuccessor(String line) throws Exception {
        var path = folder.resolve("s");
        try (var first = weft(line, path)) {
            first.ready();
            Files.delete(path);
            try (var second = weft(line, path)) {
                second.ready();
                assertThat(first.terminate()).isZero();

                assertThat(path).exists();
                connect(path).close();
                assertThat(second.terminate()).isZero();
                assertThat(path).doesNotExist();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve echo --unix", "message serve --unix", "serve echo --unixgram"})
    void theFileOfAKilledServerIsReplaced(String line) throws Exception {
        var path = folder.resolve("s");
        try (var killed = weft(line, path)) {
            killed.out.readLine();
            killed.process.destroyForcibly().waitFor();
        }
        assertThat(path).exists();
        try (var next = weft(line, path)) {
            assertThat(next.out.readLine()).startsWith("listening on ");
            try (var another = weft(line, path)) {
                assertThat(another.exitCode()).as("the file of a server that lives is not").isEqualTo(1);
                assertThat(another.err()).contains("" + path).hasLineCount(1);
            }
            assertThat(next.terminate()).isZero();
            assertThat(path).doesNotExist();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve echo --unix", "message serve --unix"})
    @EnabledOnOs(OS.LINUX)
    void theFileOfASocketThatSystemdOpenedStays(String line) throws Exception {
        Tools.need("python3");
        var path = folder.resolve("s");
        try (var weft = WeftProcess.behind("""
                import os, socket, sys
                s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen()
                os.dup2(s.detach(), 3); os.set_inheritable(3, True); os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid()))
                os.execv(sys.argv[2], sys.argv[2:])
                """, path, (line + " " + path).split(" "))) {
            assertThat(weft.out.readLine()).startsWith("listening on unix://" + path);
            connect(path).close();
            assertThat(weft.terminate()).isZero();
            assertThat(path).exists();
        }
    }

    @Test
    void aFileThatIsNoSocketStopsTheStartAndStays() throws Exception {
        var path = Files.writeString(folder.resolve("s"), "kept", StandardCharsets.UTF_8);
        try (var weft = weft("message serve --unix", path)) {
            assertThat(weft.exitCode()).isEqualTo(1);
        }
        assertThat(path).hasContent("kept");
    }

    private static WeftProcess weft(String line, Path path) {
        return WeftProcess.weft((line + " " + path).split(" "));
    }

    private static Connection connect(Path path) throws IOException {
        return Connection.to(Address.unix(path)).deadlines(Deadlines.defaults().read(Duration.ofSeconds(20))).open();
    }
}
