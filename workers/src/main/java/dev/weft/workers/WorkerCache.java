package dev.weft.workers;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.weft.net.spi.WorkerSettings;
import org.jspecify.annotations.Nullable;

/**
 * A cache of the classes that the workers of one pool load (JEP 514). With it a start takes half the processor time. An extra worker makes it: it is
 * started at the lowest priority, rehearses as the others do, serves no request, and writes the cache as it ends. The cache lies in the pool's
 * private folder and is removed with it.
 *
 * <p>No cache is made when an option gives the workers one already, or when the JDK can make none for their options. When a start with the cache
 * fails, it is no longer used.
 */
final class WorkerCache {
    /** Options that exclude a cache of the pool's: another cache, or what the JDK can make none with (java(1), -XX:AOTMode). */
    private static final String[] AGAINST = {"-XX:AOT", "-XX:SharedArchiveFile", "-XX:ArchiveClassesAtExit", "-XX:+AutoCreateSharedArchive",
            "-Xshare", "-javaagent", "-agentlib", "-agentpath", "--patch-module", "--upgrade-module-path", "--limit-modules", "-Xbootclasspath"};
    private static final Duration LAST_CALL = Duration.ofSeconds(1);

    private final ProcessBuilder plain;
    private final ProcessBuilder cached;
    private final ProcessBuilder training;
    private final Path file;
    private final boolean possible;
    private boolean begun;
    private boolean closed;
    private @Nullable WorkerStart workerStart;
    private @Nullable Worker trainee;
    private volatile boolean usable;

    WorkerCache(ProcessBuilder command, WorkerSettings settings, Path folder) {
        plain = command;
        file = folder.resolve("classes.aot");
        cached = with(command, List.of(), "-XX:AOTCache=" + file);
        training = with(command, List.of("nice", "-n", "19"), "-XX:AOTCacheOutput=" + file);
        training.redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD);
        possible = settings.processes().workers() > settings.processes().spare() && possible(command.command(), System.getenv());
    }

    /** The command with an option added behind "java", and words before it. */
    private static ProcessBuilder with(ProcessBuilder command, List<String> before, String option) {
        var words = new ArrayList<>(before);
        words.addAll(command.command());
        words.add(before.size() + 1, option);
        return new ProcessBuilder(words).redirectOutput(command.redirectOutput());
    }

    /** Whether the JDK can make a cache for this command: its class path is of jars, and no option excludes it. */
    static boolean possible(List<String> command, Map<String, String> environment) {
        for (var against : AGAINST) {
            if (command.stream().anyMatch(word -> word.startsWith(against)) || WorkerCommand.environmentNames(against, environment)) {
                return false;
            }
        }
        for (int i = 0; i + 1 < command.size(); i++) {
            if (command.get(i).equals("-cp") || command.get(i).equals("-p")) {
                for (var entry : command.get(i + 1).split(File.pathSeparator, -1)) {
                    if (!isJar(Path.of(entry), command.get(i).equals("-p"))) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /** On a module path a folder of jars will do, too. */
    private static boolean isJar(Path path, boolean orFolder) {
        return Files.isRegularFile(path) || (orFolder && Files.isDirectory(path) && !Files.exists(path.resolve("module-info.class")));
    }

    /** The command that starts the next worker. */
    ProcessBuilder command() {
        return usable ? cached : plain;
    }

    /** Starts making the cache, the first time this is called. */
    @SuppressWarnings("FutureReturnValueIgnored") // it is ready itself
    synchronized void make(WorkerListener listener, byte[] setup, int socket) {
        if (possible && !begun && !closed) {
            begun = true;
            workerStart = new WorkerStart(training, listener, () -> setup, socket);
            workerStart.start().thenAccept(this::trained); // when the start fails there is no cache
        }
    }

    private synchronized void trained(Worker worker) {
        trainee = worker;
        worker.onEnd(this::written);
        worker.retire();
        if (closed) {
            worker.destroyAll();
        }
    }

    private synchronized void written() {
        try {
            usable = !closed && Files.size(file) > 0;
        } catch (IOException e) {
            // It was not written: the workers start without one.
        }
    }

    /** A worker could not be started. The cache may be the reason, so it is no longer used. */
    synchronized void doubt() {
        usable = false;
    }

    /** Ends the making of the cache and its use. */
    void close() {
        WorkerStart unborn;
        Worker writing;
        synchronized (this) {
            closed = true;
            usable = false;
            unborn = workerStart;
            writing = trainee;
        }
        if (unborn != null) {
            unborn.abandon();
        }
        if (writing != null) {
            writing.destroyAll();
            Worker.endWithin(LAST_CALL, List.of(writing));
        }
    }
}
