package dev.weft.workers;

import static java.util.stream.Collectors.joining;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

import dev.weft.net.Concurrency;
import dev.weft.net.Server;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * While the tests of a class run, workers start with a cache of classes (JEP 514), which takes half the processor time. All such classes share one.
 * The JDK makes a cache of jars only, so the folders of the class path are copied into jars, which the workers get instead.
 */
final class CachedWorkers implements BeforeAllCallback, AfterAllCallback {
    private static final String CLASS_PATH = "java.class.path";
    private static final Path FOLDER = Path.of("target", "cached-workers").toAbsolutePath();
    private static final Path CACHE = FOLDER.resolve("workers.aot");

    private static String folders = "";
    private static String jars = "";

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        folders = System.getProperty(CLASS_PATH, "");
        if (jars.isEmpty()) {
            Files.createDirectories(FOLDER);
            Files.deleteIfExists(CACHE);
            jars = jars(folders);
            System.setProperty(CLASS_PATH, jars);
            make();
        }
        System.setProperty(CLASS_PATH, jars);
        Workforce.options("-Xmx64m", "-XX:AOTCache=" + CACHE);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        Workforce.options("-Xmx64m");
        System.setProperty(CLASS_PATH, folders);
    }

    private static String jars(String classPath) throws IOException {
        var all = new ArrayList<Path>();
        for (var entry : classPath.split(File.pathSeparator, -1)) {
            var path = Path.of(entry);
            if (Files.isDirectory(path)) {
                all.add(jar(path, FOLDER.resolve(all.size() + ".jar")));
            } else if (Files.exists(path)) {
                all.add(path);
            }
        }
        return all.stream().map(Path::toString).collect(joining(File.pathSeparator));
    }

    private static Path jar(Path folder, Path jar) throws IOException {
        try (var out = new JarOutputStream(Files.newOutputStream(jar)); var files = Files.walk(folder)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(folder.relativize(file).toString()));
                Files.copy(file, out);
            }
        }
        return jar;
    }

    /** A worker rehearses, serves a request, and writes the cache as it ends; what the JVM says about that is of no interest. */
    private static void make() throws IOException {
        var err = System.err;
        System.setErr(new PrintStream(OutputStream.nullOutputStream()));
        long worker;
        try (var server = Server.tcp("localhost", 0)
                .concurrency(Concurrency.processes(1).spare(1).jvmOptions("-Xmx64m", "-XX:AOTCacheOutput=" + CACHE))
                .open(WorkerHandlers.Obedient.class).start()) {
            worker = Long.parseLong(Workforce.ask(server, "pid"));
        }
        Workforce.awaitGone(worker);
        System.setErr(err);
        await("the cache").atMost(Workforce.PATIENCE).until(() -> Files.exists(CACHE));
    }
}
