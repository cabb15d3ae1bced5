package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/** A JVM of its own that runs a program of the tests, and what it prints, line by line. */
final class ChildJvm implements AutoCloseable {
    private final Process process;
    private final BlockingQueue<String> printed = new LinkedBlockingQueue<>();
    private final List<String> all = new ArrayList<>();
    private final Thread reader;

    private ChildJvm(List<String> command) throws IOException {
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        reader = Thread.ofVirtual().start(() -> {
            try (var lines = process.inputReader()) {
                for (String line; (line = lines.readLine()) != null;) {
                    printed.add(line);
                }
            } catch (IOException e) {
                printed.add("reading failed: " + e);
            }
        });
    }

    /** Starts this program. */
    static ChildJvm running(Class<?> program, String... arguments) throws IOException {
        return new ChildJvm(java(rootOf(Server.class) + ":" + rootOf(program), program, arguments));
    }

    /**
     * Starts this program with so many descriptors at most, from a jar: a class that is found in a folder needs a descriptor to be loaded.
     */
    static ChildJvm withDescriptors(int limit, Path folder, Class<?> program, String... arguments) throws IOException {
        var jar = folder.resolve("program.jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (var root : List.of(rootOf(Server.class), rootOf(program))) {
                try (var files = Files.walk(root)) {
                    for (var file : files.filter(f -> f.toString().endsWith(".class") && !f.endsWith("module-info.class")).toList()) {
                        out.putNextEntry(new JarEntry(root.relativize(file).toString()));
                        Files.copy(file, out);
                    }
                }
            }
        }
        var command = new ArrayList<>(List.of("sh", "-c", "ulimit -n " + limit + "; exec \"$@\"", "sh"));
        command.addAll(java(jar.toString(), program, arguments));
        return new ChildJvm(command);
    }

    private static List<String> java(String classPath, Class<?> program, String... arguments) {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java")
                .toString(), "-XX:TieredStopAtLevel=1", "-Xmx256m", "-cp",
                classPath, program.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static Path rootOf(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** The next line that begins so, without its beginning. */
    String awaitLine(String beginning) throws InterruptedException {
        while (true) {
            var line = printed.poll(60, TimeUnit.SECONDS);
            assertThat(line).as("'%s...' after %s", beginning, all).isNotNull();
            all.add(line);
            if (line.startsWith(beginning)) {
                return line.substring(beginning.length());
            }
        }
    }

    /** Everything printed until now that nobody awaited. */
    List<String> rest() {
        var rest = new ArrayList<String>();
        printed.drainTo(rest);
        all.addAll(rest);
        return rest;
    }

    /** Sends it a signal: kill(1). */
    void signal(String name) throws IOException, InterruptedException {
        var kill = new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).inheritIO().start();
        assertThat(kill.waitFor()).isZero();
    }

    /** Whether it was started with this signal ignored, as jobs in the background of some shells are: proc(5). */
    boolean ignores(int signal) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream().filter(l -> l.startsWith("SigIgn:"))
                .anyMatch(l -> (Long.parseUnsignedLong(l.substring("SigIgn:".length()).trim(), 16) >> (signal - 1) & 1) == 1);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Its exit code, once it has ended and all it printed is read. */
    int exit() throws InterruptedException {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended, having printed %s", all).isTrue();
        reader.join();
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
