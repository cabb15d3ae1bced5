package dev.weft.cli;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.weft.net.Connection;
import org.jspecify.annotations.Nullable;

/**
 * A connection joined to a process's standard input and output, each half ending the other's.
 *
 * <p>The pumps are platform threads: a read of a pipe blocks its thread whatever that is, and a few hundred such would leave the virtual
 * threads no carrier.
 */
final class ProcessPipe implements AutoCloseable {
    /** Between SIGTERM and SIGKILL; well within what a drain grants a handler that it has interrupted. */
    private static final Duration LAST_WORDS = Duration.ofMillis(500);

    /** From the end of its output to the exit of a process that does not go on without one. */
    private static final Duration EXIT = Duration.ofMillis(250);
    /** A shell, and the JDK, tell the signal that ended a process so: 128 and its number. */
    private static final int SIGNAL = 128;

    private static final int BUFFER = 8_192;

    private final Connection connection;
    private final Process process;
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile boolean moved;
    /** The client has yet to take what the process said: how long that may take is for the write deadline to say. */
    private volatile boolean sending;
    private volatile @Nullable IOException broken;

    ProcessPipe(Connection connection, Process process) {
        this.connection = connection;
        this.process = process;
    }

    /**
     * Returns when the process has ended and all that it said is sent.
     *
     * @param idle how long both directions may be silent; zero is for ever
     * @throws IOException when the connection broke, or was silent for so long, or the process failed
     * @throws InterruptedException when the server drains and lost patience
     */
    void pump(Duration idle) throws IOException, InterruptedException {
        thread("stdin", this::connectionToProcess);
        thread("stdout", this::processToConnection);
        if (idle.isZero()) {
            done.await();
        } else {
            while (!done.await(idle.toNanos(), TimeUnit.NANOSECONDS)) {
                if (!moved && !sending) {
                    throw new SocketTimeoutException(connection.remote() + ": nothing came or went for " + idle.toMillis() + " ms");
                }
                moved = false;
            }
        }
        var failure = broken;
        if (failure != null) {
            throw failure;
        }
    }

    /** Ends the process and those it started, if they have not ended by themselves, and frees its descriptors; the JDK reaps it. */
    @Override
    public void close() throws IOException {
        if (process.isAlive()) {
            var family = Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
            family.forEach(ProcessHandle::destroy);
            try {
                process.waitFor(LAST_WORDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            family.forEach(ProcessHandle::destroyForcibly);
        }
        closeInput();
        process.getInputStream().close();
    }

    private void thread(String what, Runnable pump) {
        Thread.ofPlatform().daemon().name("exec-" + process.pid() + "-" + what).start(pump);
    }

    /** The client's end closes the process's standard input; when the process wants no more, the rest is read and forgotten. */
    private void connectionToProcess() {
        try {
            var wanted = true;
            for (var bytes = connection.receive(BUFFER); bytes.length > 0; bytes = connection.receive(BUFFER)) {
                moved = true;
                wanted = wanted && write(bytes);
            }
            if (wanted) {
                closeInput();
            }
        } catch (IOException e) {
            end(e);
        }
    }

    private boolean write(byte[] bytes) {
        try {
            process.getOutputStream().write(bytes);
            process.getOutputStream().flush();
            return true;
        } catch (IOException e) {
            closeInput();
            return false;
        }
    }

    private void closeInput() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // EPIPE, for what was still buffered.
        }
    }

    /** The process's end of output ends ours; then only its exit is awaited. */
    private void processToConnection() {
        try {
            var buffer = new byte[BUFFER];
            var out = connection.output();
            var from = process.getInputStream();
            for (var n = from.read(buffer); n >= 0; n = from.read(buffer)) {
                sending = true;
                out.write(buffer, 0, n);
                moved = true;
                sending = false;
            }
            if (process.waitFor(EXIT)) {
                checkExit();
            } // otherwise it has closed its output and goes on
            connection.shutdownOutput();
            process.waitFor();
            checkExit();
            done.countDown();
        } catch (IOException e) {
            end(e);
        } catch (InterruptedException e) {
            // Nobody interrupts this thread.
            done.countDown();
        }
    }

    /** Before the end of the stream is sent: behind the output of a process that failed it would tell the client that this was all. */
    private void checkExit() throws IOException {
        var code = process.exitValue();
        if (code != 0) {
            throw new IOException("the process ended with exit code " + code + (code > SIGNAL ? ", by signal " + (code - SIGNAL) : ""));
        }
    }

    private void end(IOException failure) {
        broken = failure;
        done.countDown();
    }
}
