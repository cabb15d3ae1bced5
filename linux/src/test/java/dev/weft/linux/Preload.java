package dev.weft.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** C that is loaded into a child before Java is (ld.so(8), LD_PRELOAD), where there is a gcc to compile it. */
final class Preload {
    private static final long PATIENCE_SECONDS = 60;

    private Preload() {}

    /** Compiles one of the tests' C files; skips the test, loudly, where that can't be had. */
    static Path compiled(String source, Path folder) throws IOException, InterruptedException {
        assumeTrue(isHere(), "SKIPPED: no gcc here");
        var file = folder.resolve(source);
        try (var in = Preload.class.getResourceAsStream(source)) {
            Files.copy(in, file);
        }
        var library = folder.resolve(source + ".so");
        var gcc = new ProcessBuilder("gcc", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", library.toString(),
                file.toString()).redirectErrorStream(true).start();
        var said = new String(gcc.getInputStream().readAllBytes());
        assertThat(gcc.waitFor()).as(said).isZero();
        return library;
    }

    private static boolean isHere() throws InterruptedException {
        try {
            var process = new ProcessBuilder("gcc", "--version").redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Starts a program with native access, with the library and with what it is told by the environment. */
    static ChildJava running(Path library, Map<String, String> environment, List<String> options, Class<?> program, String... arguments)
            throws IOException {
        var command = new ArrayList<>(List.of("env", "LD_PRELOAD=" + library));
        environment.forEach((name, value) -> command.add(name + "=" + value));
        var withAccess = new ArrayList<>(List.of("--enable-native-access=ALL-UNNAMED"));
        withAccess.addAll(options);
        command.addAll(ChildJava.java(withAccess, program, arguments));
        return ChildJava.command(command);
    }
}
