package dev.weft.workers;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.weft.net.spi.WorkerSettings;
import org.jspecify.annotations.Nullable;

/**
 * A cache of the classes that the workers of one pool load (JEP 514), with which a start takes half the processor time. One more worker makes it:
 * started beside the others at the lowest priority, it rehearses as they do, serves nobody, and writes the cache as it ends. The cache lies in the
 * pool's own folder, which no other user may enter, and goes with it.
 *
 * <p>There is none where the workers have a cache by an option already, or where the JDK could make none. Should a start with it ever fail, it is
 * used no more.
 */
final class WorkerCache {
    /** What can't go with a cache of our own: another one, or what the JDK makes none with (java(1), -XX:AOTMode). */
    private static final String[] AGAINST = {"-XX:AOT", "-XX:SharedArchiveFile", "-XX:ArchiveClassesAtExit", "-XX:+AutoCreateSharedArchive",
            "-Xshare", "-javaagent", "-agentlib", "-agentpath", "--patch-module", "--upgrade-module-path", "--limit-modules", "-Xbootclasspath"};
    private static final long LAST_CALL_MILLIS = 1_000;

    private final ProcessBuilder plain;
    private final ProcessBuilder cached;
    private final ProcessBuilder training;
    private final Path file;
    private final boolean possible;
    private boolean begun;
    private boolean closed;
    private @Nullable Hiring hiring;
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

    /** With a word behind "java", and others before it. */
    private static ProcessBuilder with(ProcessBuilder command, List<String> before, String option) {
        var words = new ArrayList<>(before);
        words.addAll(command.command());
        words.add(before.size() + 1, option);
        return new ProcessBuilder(words).redirectOutput(command.redirectOutput());
    }

    /** Whether the JDK makes one for this command: of jars, and with none of the options against it. */
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

    /** A folder of jars will do for modules. */
    private static boolean isJar(Path path, boolean orFolder) {
        return Files.isRegularFile(path) || (orFolder && Files.isDirectory(path) && !Files.exists(path.resolve("module-info.class")));
    }

    /** How the next worker is started. */
    ProcessBuilder command() {
        return usable ? cached : plain;
    }

    /** Has it made, the first time. */
    @SuppressWarnings("FutureReturnValueIgnored") // it is ready itself
    synchronized void make(Door door, byte[] setup, int socket) {
        if (possible && !begun && !closed) {
            begun = true;
            hiring = new Hiring(training, door, () -> setup, socket);
            hiring.start().thenAccept(this::trained); // where none can be had, or it fails, there is no cache
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
            // It could not be made: the workers start without one.
        }
    }

    /** A worker could not be started: that is not to be for the cache's sake. */
    synchronized void doubt() {
        usable = false;
    }

    /** It is not to be made any more. */
    void close() {
        Hiring unborn;
        Worker writing;
        synchronized (this) {
            closed = true;
            usable = false;
            unborn = hiring;
            writing = trainee;
        }
        if (unborn != null) {
            unborn.abandon();
        }
        if (writing != null) {
            writing.destroyAll();
            writing.endWithin(LAST_CALL_MILLIS);
        }
    }
}
