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
 * The start of one worker: its process, the setup that it is sent, its READY, all within 30 s. The thread that starts the process then copies the
 * worker's standard error to this process's, line by line, until the worker ends.
 *
 * <p>The limit is on the machine's clock and not on a {@code TimeSource}: a test that moves the time by hand does not make a JVM start sooner.
 */
final class WorkerStart {
    private static final long PATIENCE_SECONDS = 30;
    private static final long LAST_CALL_MILLIS = 1_000;
    private static final int TAIL = 2_000;
    private static final int LONGEST_LINE = 8_192;

    private final ProcessBuilder command;
    private final WorkerListener listener;
    private final Supplier<byte[]> setup;
    private final int packetSocket;
    private final CompletableFuture<WorkerSocket> connected = new CompletableFuture<>();
    private final CompletableFuture<Worker> ready = new CompletableFuture<>();
    private final ByteArrayOutputStream tail = new ByteArrayOutputStream();
    private @Nullable Thread thread;
    private volatile @Nullable Process started;

    /** For a datagram server, with the socket that each of its workers gets; else with {@link SeqPacketSocket#NONE}. */
    WorkerStart(ProcessBuilder command, WorkerListener listener, Supplier<byte[]> setup, int packetSocket) {
        this.command = command;
        this.listener = listener;
        this.setup = setup;
        this.packetSocket = packetSocket;
    }

    /** Begins. The future completes with the worker when it can serve, or with the reason why it can not. */
    @SuppressWarnings("FutureReturnValueIgnored") // it is ready itself
    CompletableFuture<Worker> start() {
        ready.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).whenComplete((_, failure) -> settled(failure));
        thread = Thread.ofPlatform().daemon().name("weft-worker-errors").start(this::run);
        return ready;
    }

    /** Gives this start up: its process has ended when this returns, unless the worker is ready already. */
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

    /** Releases what a failed start holds. */
    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for the close
    private void settled(@Nullable Throwable failure) {
        var process = started;
        if (process != null) {
            listener.forget(process.pid());
        }
        if (failure != null) {
            if (process != null) {
                process.destroyForcibly();
            }
            connected.cancel(false);
            connected.thenAccept(WorkerSocket::close);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // ready tells all that comes of it
    private void run() {
        try {
            var process = listener.start(command, this::connected);
            started = process;
            if (ready.isDone()) {
                settled(new IOException("the start was given up"));
            }
            process.onExit().thenAcceptAsync(this::ended, Thread::startVirtualThread);
            Thread.ofVirtual().name("weft-worker-starts").start(() -> brief(process));
            passErrorsOn(process);
        } catch (Throwable t) { // also when a thread could not be started
            ready.completeExceptionally(new IOException("no worker process could be started: " + t.getMessage(), t));
        }
    }

    private void connected(WorkerSocket socket) {
        if (!connected.complete(socket)) {
            socket.close();
        }
    }

    /** Sends the setup and waits until the worker can serve. */
    private void brief(Process process) {
        try {
            var socket = connected.get();
            socket.send(setup.get(), packetSocket);
            var answer = socket.await();
            if (answer[0] != WorkerProtocol.READY || !ready.complete(new Worker(process, socket, writesCache()))) {
                socket.close();
            }
        } catch (EOFException e) {
            // The process has ended, which ended() reports.
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
                thread.join(Duration.ofSeconds(1)); // it may still copy the last error output
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
            // The stream was closed with the process.
        }
        if (held > 0) {
            buffer[held] = '\n'; // there is room, as a full buffer is never held back
            passOn(buffer, held + 1);
        }
    }

    /** How many bytes are whole lines; all of them when one line fills the buffer. */
    private static int wholeLines(byte[] buffer, int held) {
        for (int i = held; i > 0; i--) {
            if (buffer[i - 1] == '\n') {
                return i;
            }
        }
        return held == buffer.length ? held : 0;
    }

    /** Writes in one call, so that the lines of two workers do not mix. */
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
