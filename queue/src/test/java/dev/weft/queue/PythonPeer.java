package dev.weft.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The Python peer of the test resources as it runs: the lines that it prints, and those that it is given to send. */
final class PythonPeer implements AutoCloseable {
    private static final String SCRIPT = "socketlib_peer.py";
    private static final int PATIENCE_SECONDS = 20;

    private final Process process;
    private final BufferedWriter toSend;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Thread reader;

    /** For example {@code server-receiver 0 --count 3}. */
    PythonPeer(String... arguments) throws IOException {
        String text;
        try (var in = requireNonNull(PythonPeer.class.getResourceAsStream(SCRIPT), SCRIPT)) {
            text = new String(in.readAllBytes(), UTF_8);
        }
        var command = new ArrayList<>(List.of("python3", "-c", text));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("PYTHONIOENCODING", "utf-8");
        process = builder.start();
        toSend = process.outputWriter(UTF_8);
        reader = Thread.ofVirtual().start(this::read);
    }

    /** Whether there is an interpreter. */
    static boolean isHere() throws InterruptedException {
        try {
            var process = new ProcessBuilder("python3", "-c", "import socket, argparse").redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            try {
                return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            return false;
        }
    }

    private void read() {
        try (var in = new BufferedReader(process.inputReader(UTF_8))) {
            for (String line; (line = in.readLine()) != null;) {
                lines.add(line);
            }
        } catch (IOException e) {
            lines.add("cannot be read any more: " + e);
        }
    }

    /** Gives it messages to send. */
    PythonPeer send(String... messages) throws IOException {
        for (var message : messages) {
            toSend.write(message + "\n");
        }
        toSend.flush();
        return this;
    }

    /** It gets no more to send: it stops when all is sent. */
    PythonPeer thatIsAll() throws IOException {
        toSend.close();
        return this;
    }

    /** The next line that it prints. */
    String line() throws InterruptedException {
        var line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return line == null ? "(silence)" : line;
    }

    /** Where it listens. */
    int port() throws InterruptedException {
        var line = line();
        if (!line.startsWith("port ")) {
            throw new AssertionError("no port, but '" + line + "' and " + rest());
        }
        return Integer.parseInt(line.substring("port ".length()));
    }

    /** Waits for its end; all that it printed and nobody has asked for. */
    List<String> rest() throws InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("still running; it has printed " + lines);
        }
        reader.join();
        var rest = new ArrayList<String>();
        lines.drainTo(rest);
        return rest;
    }

    /** Kills it, and waits until it is dead: what the system closes for it is closed. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
