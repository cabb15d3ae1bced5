package dev.weft.linux;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * A worker's start: its process, what it is told first, its "ready"; all within a bounded time. The thread that starts the process then passes
 * its standard error on to ours, for as long as it lives.
 */
final class Hiring {
    private static final long PATIENCE_SECONDS = 30;
    private static final int TAIL = 2_000;

    private final ProcessBuilder command;
    private final Door door;
    private final byte[] setup;
    private final int socket;
    private final CompletableFuture<Worker> ready = new CompletableFuture<>();
    private final ByteArrayOutputStream tail = new ByteArrayOutputStream();
    private @Nullable Thread thread;

    /** With the socket that each worker of a datagram server gets. */
    Hiring(ProcessBuilder command, Door door, byte[] setup, int socket) {
        this.command = command;
        this.door = door;
        this.setup = setup;
        this.socket = socket;
    }

    /** Begins; what comes of it is the worker, ready, or why there is none. */
    CompletableFuture<Worker> start() {
        thread = Thread.ofPlatform().daemon().name("weft-worker-errors").start(this::run);
        return ready;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // ready tells all that comes of it
    private void run() {
        Process process;
        try {
            process = command.start();
        } catch (IOException | RuntimeException e) {
            ready.completeExceptionally(new IOException("no worker process could be started: " + e.getMessage(), e));
            return;
        }
        var line = new CompletableFuture<Line>();
        door.expect(process.pid(), line::complete);
        process.onExit().thenAcceptAsync(this::ended, Thread::startVirtualThread);
        Thread.ofVirtual().name("weft-worker-starts").start(() -> brief(process, line));
        passErrorsOn(process);
    }

    /** Tells it what it has to know, and waits until it can serve. */
    @SuppressWarnings("FutureReturnValueIgnored") // ready tells all that comes of it
    private void brief(Process process, CompletableFuture<Line> connected) {
        ready.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).whenComplete((_, failure) -> {
            door.forget(process.pid());
            if (failure != null) {
                process.destroyForcibly();
                connected.cancel(false);
                connected.thenAccept(Line::close);
            }
        });
        try {
            var line = connected.get();
            line.send(setup, socket);
            var letter = line.await();
            if (letter[0] != Letters.READY || !ready.complete(new Worker(process, line, writesCache()))) {
                line.close();
            }
        } catch (EOFException e) {
            // It ended, and is heard of by that.
        } catch (Exception e) {
            ready.completeExceptionally(e);
        }
    }

    private boolean writesCache() {
        return command.command().stream().anyMatch(o -> o.startsWith("-XX:AOTCacheOutput=") || o.equals("-XX:+AutoCreateSharedArchive"));
    }

    private void ended(Process process) {
        try {
            if (thread != null) {
                thread.join(Duration.ofSeconds(1)); // for its last words
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ready.completeExceptionally(new IOException(Worker.ending(process) + " before it could serve" + lastWords()));
    }

    private synchronized String lastWords() {
        var words = tail.toString(StandardCharsets.UTF_8).strip();
        return words.isEmpty() ? "" : "; it said:" + System.lineSeparator() + words;
    }

    private void passErrorsOn(Process process) {
        var buffer = new byte[1_024];
        try (var in = process.getErrorStream()) {
            for (int n; (n = in.read(buffer)) > 0;) {
                System.err.write(buffer, 0, n);
                System.err.flush();
                remember(buffer, n);
            }
        } catch (IOException e) {
            // Its end was closed with the process.
        }
    }

    private synchronized void remember(byte[] buffer, int n) {
        if (!ready.isDone() && tail.size() < TAIL) {
            tail.write(buffer, 0, Math.min(n, TAIL - tail.size()));
        }
    }
}
