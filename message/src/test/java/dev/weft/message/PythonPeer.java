package dev.weft.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A Python script of the test resources that runs, and the lines that it prints. */
final class PythonPeer implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 20;

    private final Process process;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Thread reader;

    private PythonPeer(Process process) {
        this.process = process;
        reader = Thread.ofVirtual().start(this::read);
    }

    /** Whether an interpreter is here and finds some modules. */
    static boolean isHere(String interpreter, String modules) throws InterruptedException {
        try {
            var process = new ProcessBuilder(interpreter, "-c", "import " + modules).redirectErrorStream(true)
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

    static PythonPeer running(String script, String... arguments) throws IOException {
        return running("python3", Map.of(), script, arguments);
    }

    static PythonPeer running(String interpreter, Map<String, String> environment, String script, String... arguments) throws IOException {
        String text;
        try (var in = requireNonNull(PythonPeer.class.getResourceAsStream(script), script)) {
            text = new String(in.readAllBytes(), UTF_8);
        }
        var command = new ArrayList<>(List.of(interpreter, "-c", text));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        builder.environment().put("PYTHONIOENCODING", "utf-8");
        return new PythonPeer(builder.start());
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

    /** The next line that it prints. */
    String line() throws InterruptedException {
        var line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return line == null ? "(silence)" : line;
    }

    /** The number behind a word, once it has printed such a line; others in front of it are skipped. */
    int number(String word) throws InterruptedException {
        var before = new StringBuilder();
        for (String line; !(line = line()).equals("(silence)");) {
            if (line.startsWith(word + " ")) {
                return Integer.parseInt(line.substring(word.length() + 1));
            }
            before.append(line).append('\n');
        }
        throw new AssertionError("no line '" + word + " N' in:\n" + before);
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

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
