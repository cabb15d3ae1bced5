package dev.weft.testkit;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

import dev.weft.net.Server;
import dev.weft.net.spi.Transport;
import dev.weft.net.spi.WorkerPools;

/**
 * A Java process of its own that runs a program of the tests, and what it prints, line by line. Its class path has the program, {@code net},
 * the testkit, and whatever plugs into {@code net} here: native transports, worker processes.
 */
public final class ChildJava implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;
    private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

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
    public static ChildJava command(List<String> command) throws IOException {
        return new ChildJava(command);
    }

    /** Starts a program with native access and these options. */
    public static ChildJava running(List<String> options, Class<?> program, String... arguments) throws IOException {
        return new ChildJava(java(withAccess(options), program, arguments));
    }

    /** Starts a program with so many descriptors at most, from a jar: a class in a folder needs a descriptor to be loaded. */
    public static ChildJava withDescriptors(int limit, Path folder, Class<?> program, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of("sh", "-c", "ulimit -n " + limit + "; exec \"$@\"", "sh"));
        command.addAll(java(jars(folder, program), List.of(NATIVE_ACCESS), program.getName(), arguments));
        return new ChildJava(command);
    }

    /** Starts a program with native access and these options from jars alone, one of which is made in the folder. */
    public static ChildJava fromJars(Path folder, List<String> options, Class<?> program, String... arguments) throws IOException {
        return new ChildJava(java(jars(folder, program), withAccess(options), program.getName(), arguments));
    }

    static List<String> withAccess(List<String> options) {
        return Stream.concat(Stream.of(NATIVE_ACCESS), options.stream()).toList();
    }

    /** The command that runs a program on the class path with these options and no others. */
    public static List<String> java(List<String> options, Class<?> program, String... arguments) {
        return java(roots(program).stream().map(Path::toString).collect(joining(":")), options, program.getName(), arguments);
    }

    /** The command that runs a program on any class path; where that is empty, the options name modules. The JVM is made for a short life. */
    public static List<String> java(String classPath, List<String> options, String program, String... arguments) {
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

    private static List<Path> roots(Class<?> program) {
        var types = Stream.of(Stream.of(Server.class), plugged(Transport.class), plugged(WorkerPools.class), Stream.of(ChildJava.class, program))
                .flatMap(each -> each);
        return List.copyOf(types.map(ChildJava::rootOf).collect(toCollection(LinkedHashSet::new)));
    }

    private static <T> Stream<Class<? extends T>> plugged(Class<T> service) {
        return ServiceLoader.load(service).stream().map(ServiceLoader.Provider::type);
    }

    private static String jars(Path folder, Class<?> program) throws IOException {
        var jar = folder.resolve("program.jar");
        var roots = roots(program);
        var written = new LinkedHashSet<String>();
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (var root : roots.stream().filter(Files::isDirectory).toList()) {
                try (var files = Files.walk(root)) {
                    for (var file : files.filter(ChildJava::isNeeded).toList()) {
                        var name = root.relativize(file).toString();
                        if (written.add(name)) {
                            out.putNextEntry(new JarEntry(name));
                            Files.copy(file, out);
                        }
                    }
                }
            }
        }
        return Stream.concat(Stream.of(jar), roots.stream().filter(Files::isRegularFile)).map(Path::toString).collect(joining(":"));
    }

    private static boolean isNeeded(Path file) {
        return !file.endsWith("module-info.class") && (file.toString().endsWith(".class") || file.toString().contains("services/"));
    }

    /** The folder or the jar that a class was loaded from. */
    public static Path rootOf(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * The next line that begins so, without its beginning.
     *
     * @throws AssertionError when none comes within a minute
     */
    public String awaitLine(String beginning) throws InterruptedException {
        while (true) {
            var line = printed.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (line == null) {
                throw new AssertionError("no line '" + beginning + "...' came within " + PATIENCE_SECONDS + " s after " + all);
            }
            all.add(line);
            if (line.startsWith(beginning)) {
                return line.substring(beginning.length());
            }
        }
    }

    /**
     * All it printed, once it has ended by itself.
     *
     * @throws AssertionError when it has not ended within a minute
     */
    public List<String> output() throws InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            printed.drainTo(all);
            throw new AssertionError("it has not ended within " + PATIENCE_SECONDS + " s, having printed " + all);
        }
        reader.join();
        printed.drainTo(all);
        return all;
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** Whether it has not ended. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Kills it. */
    @Override
    public void close() {
        process.destroyForcibly();
    }
}
