package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The command on a pseudo-terminal, made by script(1), and what somebody would see there: enough of a terminal for what a line editor sends.
 */
final class Screen implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Process process;
    private final List<StringBuilder> lines = new ArrayList<>(List.of(new StringBuilder()));
    private int row;
    private int column;

    private Screen(Process process) {
        this.process = process;
        Thread.ofPlatform().daemon().name("screen").start(() -> show(process.getInputStream()));
    }

    /** Runs it in a terminal of 200 columns. */
    static Screen weft(String... args) throws IOException {
        return shell("stty cols 200 rows 40 -echoctl; exec " + WeftProcess.command(args).stream().map(word -> "'" + word + "'")
                .collect(Collectors.joining(" ")));
    }

    private static Screen shell(String command) throws IOException {
        Tools.need("script");
        var builder = new ProcessBuilder("script", "-qefc", command, "/dev/null").redirectErrorStream(true);
        builder.environment().putAll(Map.of("TERM", "xterm", "SHELL", "/bin/sh", "LC_ALL", "C.UTF-8"));
        return new Screen(builder.directory(Path.of("").toAbsolutePath().toFile()).start());
    }

    /** Types, without the enter key unless it is among the characters. */
    Screen type(String text) throws IOException {
        process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        return this;
    }

    /** Waits until a line of the screen is exactly so, but for space at its end. */
    Screen awaitLine(String regex) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(lines()).anyMatch(line -> line.matches(regex)));
        return this;
    }

    /** Waits until the last line is exactly so. */
    Screen awaitLast(String line) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(lines()).as("%s", lines()).last().isEqualTo(line));
        return this;
    }

    /** What is to be seen, without empty lines at the end. */
    synchronized List<String> lines() {
        var shown = new ArrayList<String>();
        lines.forEach(line -> shown.add(line.toString().stripTrailing()));
        while (shown.size() > 1 && shown.getLast().isEmpty()) {
            shown.removeLast();
        }
        return shown;
    }

    int exitCode() throws InterruptedException {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("it did not end: " + lines());
        }
        return process.exitValue();
    }

    private void show(InputStream output) {
        try (var in = new InputStreamReader(output, StandardCharsets.UTF_8)) {
            for (var c = in.read(); c >= 0; c = in.read()) {
                show(c, in);
            }
        } catch (IOException e) {
            // It has ended.
        }
    }

    private void show(int c, Reader in) throws IOException {
        if (c == 0x1b) {
            escape(in);
            return;
        }
        synchronized (this) {
            switch (c) {
                case '\r' -> column = 0;
                case '\n' -> down(1);
                case '\b' -> column = Math.max(0, column - 1);
                case 7 -> {
                    // A bell.
                }
                default -> {
                    pad();
                    lines.get(row).replace(column, column + 1, Character.toString(c));
                    column++;
                }
            }
        }
    }

    private void escape(Reader in) throws IOException {
        var kind = in.read();
        if (kind != '[') {
            return; // a mode of the keypad
        }
        var parameters = new StringBuilder();
        var c = in.read();
        for (; c >= ' ' && c < '@'; c = in.read()) {
            parameters.append((char) c);
        }
        var n = parameters.toString().matches("\\d+") ? Integer.parseInt(parameters.toString()) : 1;
        synchronized (this) {
            switch (c) {
                case 'A' -> row = Math.max(0, row - n);
                case 'B' -> down(n);
                case 'C' -> column += n;
                case 'D' -> column = Math.max(0, column - n);
                case 'G' -> column = n - 1;
                case 'K' -> cut();
                case 'J' -> {
                    cut();
                    lines.subList(row + 1, lines.size()).clear();
                }
                case 'P' -> {
                    pad();
                    lines.get(row).delete(column, column + n);
                }
                default -> {
                    // Colours and modes.
                }
            }
        }
    }

    private void cut() {
        pad();
        lines.get(row).setLength(column);
    }

    private void down(int n) {
        row += n;
        while (lines.size() <= row) {
            lines.add(new StringBuilder());
        }
    }

    private void pad() {
        var line = lines.get(row);
        while (line.length() < column) {
            line.append(' ');
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
