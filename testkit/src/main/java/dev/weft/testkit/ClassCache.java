package dev.weft.testkit;

import static java.util.stream.Collectors.joining;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

import org.jspecify.annotations.Nullable;

/**
 * A class path for processes that tests start often, and a cache of its classes (JEP 514), which takes half of their processor time.
 *
 * <p>The JDK makes a cache of jars only, so the folders of a class path are copied into jars, once. Safe for any number of threads.
 */
public final class ClassCache {
    private static final long PATIENCE_SECONDS = 60;

    private final Path folder;
    private final String classPath;
    private @Nullable String jars;
    private @Nullable Path cache;

    /**
     * Nothing is made until it is asked for.
     *
     * @param folder where jars and cache are made, under {@code target}
     * @param classPath folders and jars
     */
    public ClassCache(Path folder, String classPath) {
        this.folder = folder.toAbsolutePath();
        this.classPath = classPath;
    }

    /** The class path, of jars only. */
    public synchronized String jars() {
        if (jars == null) {
            try {
                Files.createDirectories(folder);
                jars = copied();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return jars;
    }

    private String copied() throws IOException {
        var all = new ArrayList<Path>();
        for (var entry : classPath.split(File.pathSeparator, -1)) {
            var path = Path.of(entry);
            if (Files.isDirectory(path)) {
                all.add(jar(path, folder.resolve(all.size() + ".jar")));
            } else if (Files.exists(path)) {
                all.add(path);
            }
        }
        return all.stream().map(Path::toString).collect(joining(File.pathSeparator));
    }

    private static Path jar(Path classes, Path jar) throws IOException {
        try (var out = new JarOutputStream(Files.newOutputStream(jar)); var files = Files.walk(classes)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
            }
        }
        return jar;
    }

    /** Where the cache is, or will be: the value of {@code -XX:AOTCacheOutput} of a process that makes it, and of {@code -XX:AOTCache}. */
    public Path file() {
        return folder.resolve("classes.aot");
    }

    /**
     * The options of a process that uses the cache. At the first call a program is run that makes it, which must end by itself; where that fails,
     * processes start without.
     *
     * @param options of the JVM; those of the processes that use the cache must be the same
     * @param program the main class, and its arguments
     */
    public synchronized List<String> trained(List<String> options, String... program) {
        if (cache == null) {
            cache = file();
            make(options, program);
        }
        return Files.exists(cache) ? List.of("-XX:AOTCache=" + cache, "-Xlog:aot=off", "-Xlog:cds=off") : List.of();
    }

    private void make(List<String> options, String... program) {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:AOTCacheOutput=" + file()));
        command.addAll(options);
        command.addAll(List.of("-cp", jars()));
        command.addAll(List.of(program));
        try {
            Files.deleteIfExists(file());
            var process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(folder.resolve("classes.log").toFile()).start();
            process.getOutputStream().close();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
