package dev.weft.workers;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import dev.weft.net.support.SafeText;
import org.jspecify.annotations.Nullable;

/**
 * A worker's start: its process, what it is told first, its "ready"; all within a bounded time. The thread that starts the process then passes
 * its standard error on to ours, line by line, for as long as it lives.
 */
final class Hiring {
    private static final long PATIENCE_SECONDS = 30;
    private static final long LAST_CALL_MILLIS = 1_000;
    private static final int TAIL = 2_000;
    private static final int LONGEST_LINE = 8_192;

    private final ProcessBuilder command;
    private final Door door;
    private final Supplier<byte[]> setup;
    private final int socket;
    private final CompletableFuture<Line> connected = new CompletableFuture<>();
    private final CompletableFuture<Worker> ready = new CompletableFuture<>();
    private final ByteArrayOutputStream tail = new ByteArrayOutputStream();
    private @Nullable Thread thread;
    private volatile @Nullable Process started;

    /** With the socket that each worker of a datagram server gets. */
    Hiring(ProcessBuilder command, Door door, Supplier<byte[]> setup, int socket) {
        this.command = command;
        this.door = door;
        this.setup = setup;
        this.socket = socket;
    }

    /** Begins; what comes of it is the worker, ready, or why there is none. */
    @SuppressWarnings("FutureReturnValueIgnored") // it is ready itself
    CompletableFuture<Worker> start() {
        ready.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).whenComplete((_, failure) -> settled(failure));
        thread = Thread.ofPlatform().daemon().name("weft-worker-errors").start(this::run);
        return ready;
    }

    /** Nobody wants it any more: it ends before this returns, unless it is ready already. */
    void abandon() {
        var process = started;
        if (ready.completeExceptionally(new IOException("the server was closed")) && process != null) {
            try {
                process.destroyForcibly().waitFor(LAST_CALL_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Nothing is left of one that failed. */
    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for the close
    private void settled(@Nullable Throwable failure) {
        var process = started;
        if (process != null) {
            door.forget(process.pid());
        }
        if (failure != null) {
            if (process != null) {
                process.destroyForcibly();
            }
            connected.cancel(false);
            connected.thenAccept(Line::close);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // ready tells all that comes of it
    private void run() {
        try {
            var process = door.start(command, this::connected);
            started = process;
            if (ready.isDone()) {
                settled(new IOException("it came too late"));
            }
            process.onExit().thenAcceptAsync(this::ended, Thread::startVirtualThread);
            Thread.ofVirtual().name("weft-worker-starts").start(() -> brief(process));
            passErrorsOn(process);
        } catch (Throwable t) { // also where no thread could be had for a part of it
            ready.completeExceptionally(new IOException("no worker process could be started: " + t.getMessage(), t));
        }
    }

    private void connected(Line line) {
        if (!connected.complete(line)) {
            line.close();
        }
    }

    /** Tells it what it has to know, and waits until it can serve. */
    private void brief(Process process) {
        try {
            var line = connected.get();
            line.send(setup.get(), socket);
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
        return words.isEmpty() ? "" : "; it said:" + System.lineSeparator() + SafeText.shown(words);
    }

    private void passErrorsOn(Process process) {
        var buffer = new byte[LONGEST_LINE];
        var held = 0;
        try (var in = process.getErrorStream()) {
            for (int n; (n = in.read(buffer, held, buffer.length - held)) > 0;) {
                remember(buffer, held, n);
                held += n;
                var whole = wholeLines(buffer, held);
                passOn(buffer, whole);
                System.arraycopy(buffer, whole, buffer, 0, held - whole);
                held -= whole;
            }
        } catch (IOException e) {
            // Its end was closed with the process.
        }
        if (held > 0) {
            buffer[held] = '\n'; // there is room, as no full buffer is held
            passOn(buffer, held + 1);
        }
    }

    /** So many bytes are whole lines; of a line that is too long, all there is. */
    private static int wholeLines(byte[] buffer, int held) {
        for (int i = held; i > 0; i--) {
            if (buffer[i - 1] == '\n') {
                return i;
            }
        }
        return held == buffer.length ? held : 0;
    }

    /** In one call, so that the lines of two workers don't run into each other. */
    private static void passOn(byte[] buffer, int n) {
        System.err.write(buffer, 0, n);
        System.err.flush();
    }

    private synchronized void remember(byte[] buffer, int offset, int n) {
        if (!ready.isDone() && tail.size() < TAIL) {
            tail.write(buffer, offset, Math.min(n, TAIL - tail.size()));
        }
    }
}
