package dev.weft.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import dev.weft.net.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Eager values are shown loading where somebody looks (SPEC PR-R1): a JVM of its own, on a terminal that script(1) makes. */
@Timeout(60)
class LoadingTest {
    private static final Path SCRIPT = Path.of("/usr/bin/script");

    /** A server with two eager values. */
    static final class Program {
        private Program() {}

        static void main() throws IOException {
            var messages = new Messages().eager(Key.shared("the model", () -> "a"), Key.shared("the words", () -> "b"));
            messages.open(Server.tcp("localhost", 0)).close();
            IO.println("open");
        }
    }

    @Test
    void aBarOnATerminal() throws Exception {
        assumeTrue(Files.isExecutable(SCRIPT), "SKIPPED: no script(1) here to make a terminal");
        var inShell = java().stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
        var seen = run(List.of(SCRIPT.toString(), "-qec", inShell, "/dev/null"));
        assertThat(seen).contains("open").contains("loading").contains("2/2").contains("the words");
    }

    @Test
    void nothingWhereThereIsNone() throws Exception {
        assertThat(run(java())).isEqualToIgnoringNewLines("open");
    }

    private static List<String> java() {
        return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"), Program.class.getName());
    }

    private static String run(List<String> command) throws Exception {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            process.getOutputStream().close();
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return output;
        } finally {
            process.destroyForcibly();
        }
    }
}
