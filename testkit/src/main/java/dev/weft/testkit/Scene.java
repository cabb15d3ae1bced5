package dev.weft.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Concurrency;
import dev.weft.net.Server;
import org.junit.jupiter.api.function.Executable;

/** What every proof needs: threads, time, an observer, and all cleared away after it. */
abstract class Scene implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Concurrency concurrency;
    private final Witness witness = new Witness();
    private final ManualTime time = new ManualTime();
    private final ConcurrentLinkedDeque<Server> servers = new ConcurrentLinkedDeque<>();
    private final ConcurrentLinkedDeque<AutoCloseable> others = new ConcurrentLinkedDeque<>();

    Scene(Concurrency concurrency) {
        this.concurrency = concurrency;
    }

    Witness witness() {
        return witness;
    }

    /** Time by hand, for the servers and clients whose builders are given it. */
    ManualTime time() {
        return time;
    }

    Concurrency concurrency() {
        return concurrency;
    }

    boolean sequential() {
        return concurrency instanceof Concurrency.Sequential;
    }

    /** Whether handlers run in other processes. */
    boolean processes() {
        return concurrency instanceof Concurrency.Processes;
    }

    /** How many requests run at once; as many as a test may ever want under virtual threads. */
    static int atOnce(Concurrency concurrency) {
        return switch (concurrency) {
            case Concurrency.Sequential _ -> 1;
            case Concurrency.VirtualThreads _ -> 1_000;
            case Concurrency.PlatformThreads(var n) -> n;
            case Concurrency.Processes processes -> processes.workers();
        };
    }

    /** Closes it in the end. */
    Server keep(Server server) {
        servers.push(server);
        return server;
    }

    /** Closes it in the end. */
    <T extends AutoCloseable> T keep(T closeable) {
        others.push(closeable);
        return closeable;
    }

    /** As latch(int), for one. */
    Latch latch() throws IOException {
        return latch(1);
    }

    /** Which handlers may capture wherever they run. */
    Latch latch(int count) throws IOException {
        if (!processes()) {
            return Latch.here(count);
        }
        var folder = Files.createTempDirectory("weft-latch");
        keep(() -> {
            try (var counts = Files.list(folder)) {
                for (var file : counts.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        });
        return new Latch.Shared(folder.toString(), count);
    }

    /** Does something on a thread of its own. */
    <T> Task<T> async(Callable<T> what) {
        var task = Task.start(what);
        keep(() -> task.thread.interrupt());
        return task;
    }

    /** As async, for what returns nothing. */
    Task<Boolean> run(Executable what) {
        var task = Task.run(what);
        keep(() -> task.thread.interrupt());
        return task;
    }

    /** Something on a thread of its own. */
    static final class Task<T> extends FutureTask<T> {
        private volatile Thread thread = Thread.currentThread();

        private Task(Callable<T> what) {
            super(what);
        }

        /** For a handler, which can't have its scene where it runs. */
        static <T> Task<T> start(Callable<T> what) {
            var task = new Task<>(what);
            task.thread = Thread.ofPlatform().daemon().name("conformance").start(task);
            return task;
        }

        /** As start, for what returns nothing. */
        static Task<Boolean> run(Executable what) {
            return start(() -> {
                try {
                    what.execute();
                    return true;
                } catch (Exception | Error e) {
                    throw e;
                } catch (Throwable t) {
                    throw new AssertionError(t);
                }
            });
        }

        Thread thread() {
            return thread;
        }

        /** What it returned; its failure is the cause of an ExecutionException. */
        T await() throws Exception {
            return get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }

        /** Waits until its thread waits. */
        void awaitBlocked() {
            Scene.awaitBlocked(thread);
        }
    }

    /** Waits until a thread waits for something. */
    static void awaitBlocked(Thread thread) {
        Eventually.holds("thread " + thread.getName() + " waits", () -> switch (thread.getState()) {
            case WAITING, TIMED_WAITING -> true;
            default -> false;
        });
    }

    /** Clients first, so that handlers which wait for them end by themselves. */
    @Override
    public void close() {
        for (var closeable : others) {
            try {
                closeable.close();
            } catch (Exception e) {
                throw new AssertionError("clearing the scene failed", e);
            }
        }
        var closing = Thread.ofVirtual().start(() -> servers.forEach(Server::close));
        Eventually.holds("the servers close", () -> {
            if (closing.isAlive()) {
                time.advance(Duration.ofSeconds(1)); // a test that failed may have left somebody behind who waits for it
            }
            return !closing.isAlive();
        });
    }
}
