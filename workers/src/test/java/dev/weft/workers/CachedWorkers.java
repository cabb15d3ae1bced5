package dev.weft.workers;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

import dev.weft.net.Concurrency;
import dev.weft.net.Server;
import dev.weft.testkit.ClassCache;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * While the tests of a class run, workers start with a cache of classes (JEP 514), which takes half the processor time. All such classes share one.
 * They get the jars of a {@link ClassCache} as their class path.
 */
final class CachedWorkers implements BeforeAllCallback, AfterAllCallback {
    private static final String CLASS_PATH = "java.class.path";
    private static final ClassCache CLASSES = new ClassCache(Path.of("target", "cached-workers"), System.getProperty(CLASS_PATH, ""));
    private static final Path CACHE = CLASSES.file();

    private static String folders = "";
    private static String jars = "";

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        folders = System.getProperty(CLASS_PATH, "");
        if (jars.isEmpty()) {
            Files.deleteIfExists(CACHE);
            jars = CLASSES.jars();
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
