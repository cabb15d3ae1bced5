package dev.weft.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Address;
import dev.weft.testkit.ClassCache;

/** The command as a process of its own, from this test's class path. */
final class WeftProcess implements AutoCloseable {
    private static final String MAIN = "dev.weft.cli.Main";
    private static final List<String> OPTIONS = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx128m",
            "--enable-native-access=ALL-UNNAMED");
    private static final ClassCache CLASSES = new ClassCache(Path.of("target", "weft-process"), System.getProperty("java.class.path"));

    final Process process;
    final BufferedReader out;
    private final BufferedReader err;

    private WeftProcess(ProcessBuilder command) {
        try {
            process = command.start();
            out = process.inputReader(StandardCharsets.UTF_8);
            err = process.errorReader(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static WeftProcess weft(String... args) {
        return new WeftProcess(new ProcessBuilder(command(args)));
    }

    /**
     * Without any locale, as under systemd or in a container, but for these variables. The last argument is one for printf(1), so that the
     * locale of this process has no say in its bytes.
     */
    static WeftProcess weftWithLocale(Map<String, String> locale, String... args) {
        var command = new ArrayList<>(List.of("sh", "-c",
                """
                        last=$(for last; do :; done; printf "$last")
                        n=$# i=0
                        for word; do shift; i=$((i + 1)); [ $i = $n ] || set -- "$@" "$word"; done
                        exec "$@" "$last"
                        """,
                "sh"));
        command.addAll(command(args));
        var builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.startsWith("LANG"));
        builder.environment().putAll(locale);
        return new WeftProcess(builder);
    }

    /** What a Python program becomes, which has a path and the command's own command line as arguments. */
    static WeftProcess behind(String python, Path path, String... args) {
        var command = new ArrayList<>(List.of("python3", "-c", python, path.toString()));
        command.addAll(command(args));
        return new WeftProcess(new ProcessBuilder(command));
    }

    /** A program of its own. */
    static WeftProcess program(Class<?> main) {
        return new WeftProcess(new ProcessBuilder(java(main.getName())));
    }

    /** With so many descriptors at most; from jars, as a class in a folder needs a descriptor to be loaded. */
    static WeftProcess weftWithDescriptors(int limit, String... args) {
        var command = new ArrayList<>(List.of("sh", "-c", "ulimit -n " + limit + "; exec \"$@\"", "sh"));
        command.addAll(command(args));
        return new WeftProcess(new ProcessBuilder(command));
    }

    static List<String> command(String... args) {
        var command = java(MAIN);
        command.addAll(List.of(args));
        return command;
    }

    private static List<String> java(String main) {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(OPTIONS);
        command.addAll(CLASSES.trained(OPTIONS, MAIN, "rehearse"));
        command.addAll(List.of("-cp", CLASSES.jars(), main));
        return command;
    }

    /** Waits for the ready line. */
    Address ready() throws IOException {
        var line = out.readLine();
        if (line == null) {
            throw new AssertionError("it ended before it was ready: " + err());
        }
        return address(line);
    }

    /** Waits for a line on standard error. */
    String told() throws IOException {
        var line = err.readLine();
        if (line == null) {
            throw new AssertionError("it ended without a word");
        }
        return line;
    }

    /** {@code listening on tcp://127.0.0.1:9999} as an address. */
    static Address address(String ready) {
        var end = ready.lastIndexOf(" (");
        var uri = ready.substring("listening on ".length(), end < 0 ? ready.length() : end);
        return uri.startsWith("unix://") ? Address.unix(Path.of(uri.substring("unix://".length())))
                : Address.parse(uri.substring(uri.indexOf("//") + 2));
    }

    /** Sends SIGTERM, waits for the end, and returns the exit code. */
    int terminate() throws InterruptedException {
        process.toHandle().destroy();
        return exitCode();
    }

    int signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start().waitFor();
        return exitCode();
    }

    /** A shell starts its background jobs with SIGINT ignored, a JVM leaves it so, and its children inherit it: signal(7), proc(5). */
    boolean ignoresInterrupt() throws IOException {
        var status = Path.of("/proc", Long.toString(process.pid()), "status");
        if (!Files.exists(status)) {
            return false;
        }
        try (var lines = Files.lines(status)) {
            var ignored = lines.filter(line -> line.startsWith("SigIgn:")).findFirst().orElse("SigIgn: 0");
            return (Long.parseUnsignedLong(ignored.substring("SigIgn:".length()).strip(), 16) & 2) != 0;
        }
    }

    int exitCode() throws InterruptedException {
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            throw new AssertionError("it did not end");
        }
        return process.exitValue();
    }

    /** All of standard error, when it has ended. */
    String err() throws IOException {
        return err.readAllAsString();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
