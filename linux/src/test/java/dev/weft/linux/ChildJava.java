package dev.weft.linux;

import static java.util.stream.Collectors.joining;
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
import java.util.stream.Stream;

import dev.weft.net.Server;

/** A Java process of its own that runs a program of the tests, and what it prints, line by line. */
final class ChildJava implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final Process process;
    private final BlockingQueue<String> printed = new LinkedBlockingQueue<>();
    private final List<String> all = new ArrayList<>();
    private final Thread reader;

    private ChildJava(List<String> command) throws IOException {
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        reader = Thread.ofPlatform().daemon().start(() -> {
            try (var lines = process.inputReader()) {
                for (String line; (line = lines.readLine()) != null;) {
                    printed.add(line);
                }
            } catch (IOException e) {
                printed.add("reading failed: " + e);
            }
        });
    }

    /** Starts any command. */
    static ChildJava command(List<String> command) throws IOException {
        return new ChildJava(command);
    }

    /** Starts a program with native access and these options. */
    static ChildJava running(List<String> options, Class<?> program, String... arguments) throws IOException {
        var withAccess = new ArrayList<>(List.of("--enable-native-access=ALL-UNNAMED"));
        withAccess.addAll(options);
        return new ChildJava(java(withAccess, program, arguments));
    }

    /** The command that runs a program on the class path with these options and no others. */
    static List<String> java(List<String> options, Class<?> program, String... arguments) {
        return java(classPath(program), options, program.getName(), arguments);
    }

    /** Starts a program with so many descriptors at most, from a jar: a class in a folder needs a descriptor to be loaded. */
    static ChildJava withDescriptors(int limit, Path folder, Class<?> program, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of("sh", "-c", "ulimit -n " + limit + "; exec \"$@\"", "sh"));
        command.addAll(java(jars(folder, program), List.of("--enable-native-access=ALL-UNNAMED"), program.getName(), arguments));
        return new ChildJava(command);
    }

    /** Starts a program with native access and these options from jars alone, one of which is made in the folder. */
    static ChildJava fromJars(Path folder, List<String> options, Class<?> program, String... arguments) throws IOException {
        var withAccess = new ArrayList<>(List.of("--enable-native-access=ALL-UNNAMED"));
        withAccess.addAll(options);
        return new ChildJava(java(jars(folder, program), withAccess, program.getName(), arguments));
    }

    private static String jars(Path folder, Class<?> program) throws IOException {
        var jar = folder.resolve("program.jar");
        var roots = List.of(rootOf(Server.class), rootOf(EpollTransport.class), rootOf(program));
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (var root : roots.stream().filter(Files::isDirectory).toList()) {
                try (var files = Files.walk(root)) {
                    for (var file : files.filter(f -> f.toString().endsWith(".class") || f.toString().contains("services/")).toList()) {
                        if (!file.endsWith("module-info.class")) {
                            out.putNextEntry(new JarEntry(root.relativize(file).toString()));
                            Files.copy(file, out);
                        }
                    }
                }
            }
        }
        return Stream.concat(Stream.of(jar), roots.stream().filter(Files::isRegularFile)).map(Path::toString).collect(joining(":"));
    }

    /** A short life is all that is wanted of it. */
    static List<String> java(String classPath, List<String> options, String program, String... arguments) {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC", "-Xmx256m"));
        command.addAll(options);
        if (!classPath.isEmpty()) {
            command.addAll(List.of("-cp", classPath));
        }
        command.add(program);
        command.addAll(List.of(arguments));
        return command;
    }

    private static String classPath(Class<?> program) {
        return rootOf(Server.class) + ":" + rootOf(EpollTransport.class) + ":" + rootOf(program);
    }

    /** Where a class was loaded from. */
    static Path rootOf(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** The next line that begins so, without its beginning. */
    String awaitLine(String beginning) throws InterruptedException {
        while (true) {
            var line = printed.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(line).as("'%s...' after %s", beginning, all).isNotNull();
            all.add(line);
            if (line.startsWith(beginning)) {
                return line.substring(beginning.length());
            }
        }
    }

    /** All it printed, once it has ended by itself. */
    List<String> output() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("ended, having printed %s", all).isTrue();
        reader.join();
        printed.drainTo(all);
        return all;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
