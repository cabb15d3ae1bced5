package dev.weft.cli;

import java.io.BufferedReader;
import java.io.IOError;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

import org.jline.reader.CompletingParsedLine;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReader.Option;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;
import sun.misc.SignalHandler;

/**
 * Lines that are edited on the process's terminal, while what comes is printed above them: nothing lands behind the prompt or in the middle of
 * what somebody types.
 *
 * <p>Signals stay the command's own: JLine would take SIGINT and answer it by itself. It asks stty(1) rather than a native library, which it would
 * have to unpack first.
 */
final class LineEditor extends BufferedReader {
    private static final int MOST_CALLS = 100;
    private static final int CALL_MILLIS = 20;
    /** Held, as java.util.logging forgets loggers that nobody holds. What JLine notes is for nobody who types. */
    private static final Logger LOG = Logger.getLogger("org.jline");

    private final Terminal before;
    private final org.jline.terminal.Terminal jline;
    private final LineReader reader;
    private final LinesAbove out;
    private final PrintStream err;
    private boolean asking;
    private boolean leaving;
    private volatile boolean left;

    private LineEditor(Terminal before, org.jline.terminal.Terminal jline) {
        super(Reader.nullReader(), 1);
        this.before = before;
        this.jline = jline;
        // No words, quotes or escapes, nothing behind an exclamation mark: a line is what was typed. A paste of several lines is several lines.
        reader = LineReaderBuilder.builder().terminal(jline).parser((line, cursor, _) -> new Whole(line, cursor))
                .option(Option.DISABLE_EVENT_EXPANSION, true).option(Option.BRACKETED_PASTE, false).option(Option.INSERT_TAB, true)
                .build();
        out = new LinesAbove(this::print);
        err = sameTerminal() ? new PrintStream(new LinesAbove(this::print), true, StandardCharsets.UTF_8) : before.err();
    }

    /** Null where the terminal can't move its cursor, or there is no stty. */
    static @Nullable LineEditor open(Terminal before) {
        LOG.setLevel(Level.OFF);
        org.jline.terminal.Terminal jline;
        try {
            jline = TerminalBuilder.builder().name("weft").system(true).provider(TerminalBuilder.PROP_PROVIDER_EXEC).dumb(false).nativeSignals(false)
                    .encoding(StandardCharsets.UTF_8).build();
        } catch (IOException | IllegalStateException e) {
            return null;
        }
        if (jline.getType().startsWith(org.jline.terminal.Terminal.TYPE_DUMB)) {
            close(jline);
            return null;
        }
        // Also between two lines: in the terminal's own mode, a Ctrl-D that is typed then would be lost.
        jline.enterRawMode();
        onSignal("WINCH", _ -> jline.raise(Signal.WINCH));
        onSignal("CONT", _ -> jline.raise(Signal.CONT));
        return new LineEditor(before, jline);
    }

    /** The terminal as it is to be printed to. */
    Terminal terminal() {
        return new Terminal(before.in(), new PrintStream(out, true, StandardCharsets.UTF_8), err, before.charset(), true, before.debug());
    }

    /** Ctrl-D on an empty line is the end, and so is the end of the terminal. */
    @Override
    public @Nullable String readLine() throws IOException {
        synchronized (this) {
            if (leaving) {
                return null;
            }
            asking = true;
        }
        try {
            return reader.readLine(out.unfinished());
        } catch (EndOfFileException | UserInterruptException e) {
            return null;
        } catch (RuntimeException | IOError e) {
            throw new IOException("the terminal: " + e.getMessage(), e);
        } finally {
            synchronized (this) {
                asking = false;
                notifyAll();
            }
        }
    }

    private void print(String lines) {
        if (left) {
            before.out().print(lines);
            before.out().flush();
        } else {
            reader.printAbove(lines);
        }
    }

    /** Gives the terminal back; whoever is asking for a line gets the end. What is printed from now on is printed as anywhere. */
    synchronized void leave() {
        if (leaving) {
            return;
        }
        leaving = true;
        try {
            // First whoever asks: at the end of a line JLine sets the terminal's modes too. One that has only begun does not hear it yet.
            for (int i = 0; asking && i < MOST_CALLS; i++) {
                jline.raise(Signal.INT);
                wait(CALL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        left = true;
        close(jline);
    }

    private static void close(org.jline.terminal.Terminal jline) {
        try {
            jline.close();
        } catch (IOException e) {
            // It is gone.
        }
    }

    private static void onSignal(String name, SignalHandler handler) {
        try {
            sun.misc.Signal.handle(new sun.misc.Signal(name), handler);
        } catch (IllegalArgumentException e) {
            // Not here: lines that were typed before the window got another width may look odd.
        }
    }

    /** Whether standard error is the terminal that standard output is; where /proc does not say, it mostly is. */
    private static boolean sameTerminal() {
        var folder = Path.of("/proc/self/fd");
        try {
            return !Files.exists(folder) || Files.readSymbolicLink(folder.resolve("1")).equals(Files.readSymbolicLink(folder.resolve("2")));
        } catch (IOException e) {
            return false;
        }
    }

    /** A line that is one word, whatever is in it. */
    private record Whole(String line, int cursor) implements CompletingParsedLine {
        @Override
        public String word() {
            return line;
        }

        @Override
        public CharSequence escape(CharSequence candidate, boolean complete) {
            return candidate;
        }

        @Override
        public int rawWordCursor() {
            return cursor;
        }

        @Override
        public int rawWordLength() {
            return line.length();
        }

        @Override
        public int wordCursor() {
            return cursor;
        }

        @Override
        public int wordIndex() {
            return 0;
        }

        @Override
        public List<String> words() {
            return List.of(line);
        }
    }
}
