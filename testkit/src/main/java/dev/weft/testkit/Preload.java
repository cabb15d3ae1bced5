package dev.weft.testkit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Assertions;

/** C that is loaded into a child before Java is (ld.so(8), LD_PRELOAD), where there is a gcc to compile it. */
public final class Preload {
    private static final long PATIENCE_SECONDS = 60;

    private Preload() {}

    /** Compiles a C file that lies beside a class; skips the test, loudly, where there is no gcc. */
    public static Path compiled(Class<?> beside, String source, Path folder) throws IOException, InterruptedException {
        assumeTrue(isHere(), "SKIPPED: no gcc here");
        var file = folder.resolve(source);
        try (var in = beside.getResourceAsStream(source)) {
            Files.copy(Objects.requireNonNull(in, source), file);
        }
        var library = folder.resolve(source + ".so");
        var gcc = new ProcessBuilder("gcc", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", library.toString(),
                file.toString()).redirectErrorStream(true).start();
        var said = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Assertions.assertEquals(0, gcc.waitFor(), said);
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
    public static ChildJava running(Path library, Map<String, String> environment, List<String> options, Class<?> program, String... arguments)
            throws IOException {
        var command = new ArrayList<>(List.of("env", "LD_PRELOAD=" + library));
        environment.forEach((name, value) -> command.add(name + "=" + value));
        command.addAll(ChildJava.java(ChildJava.withAccess(options), program, arguments));
        return ChildJava.command(command);
    }
}
