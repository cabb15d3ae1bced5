package dev.weft.cli;

import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Address;

/** The command, running in this process on a thread of its own; ended by an interrupt, as a signal would end all of us. */
final class Running implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    final BlockingQueue<String> out = new LinkedBlockingQueue<>();
    final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();
    private final Thread thread;

    private Running(InputStream in, String... args) {
        var terminal = new Terminal(in, lines(out), new PrintStream(err, true, StandardCharsets.UTF_8), StandardCharsets.UTF_8, false,
                false);
        thread = Thread.ofPlatform().daemon().name("weft " + String.join(" ", args))
                .start(() -> exitCode.complete(Main.run(terminal, args)));
    }

    static Running weft(String... args) {
        return new Running(InputStream.nullInputStream(), args);
    }

    static Running weftReading(InputStream in, String... args) {
        return new Running(in, args);
    }

    /** Runs to the end. */
    static Running done(String... args) {
        var running = weft(args);
        running.exitCode();
        return running;
    }

    int exitCode() {
        try {
            return exitCode.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(thread.getName() + " did not end; stderr: " + err(), e);
        }
    }

    /** The next line on standard output. */
    String line() {
        try {
            var line = out.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (line == null) {
                throw new AssertionError("no line from " + thread.getName() + "; stderr: " + err());
            }
            return line;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits for the ready line. */
    Address ready() {
        return WeftProcess.address(line());
    }

    /** Waits for the ready line of a command whose standard output is for what it receives. */
    Address told() {
        await().atMost(PATIENCE).until(() -> err().contains(System.lineSeparator()));
        return WeftProcess.address(err().lines().findFirst().orElseThrow());
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    /** All lines of standard output so far. */
    String allOut() {
        return String.join("\n", out);
    }

    void interrupt() {
        thread.interrupt();
    }

    /** Interrupts until it has ended: under sequential the first interrupt may be a handler's, which runs on the same thread. */
    @Override
    public void close() {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(100)).pollDelay(Duration.ZERO).until(() -> {
            thread.interrupt();
            return exitCode.isDone();
        });
    }

    private static PrintStream lines(BlockingQueue<String> lines) {
        return new PrintStream(new OutputStream() {
            private final ByteArrayOutputStream line = new ByteArrayOutputStream();

            @Override
            public synchronized void write(int b) {
                if (b == '\n') {
                    lines.add(line.toString(StandardCharsets.UTF_8));
                    line.reset();
                } else {
                    line.write(b);
                }
            }
        }, false, StandardCharsets.UTF_8);
    }
}
