package dev.weft.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

import dev.weft.net.support.SafeText;

/**
 * Where a command reads and writes: the process's own streams, or a test's. Whatever is written by the methods here is made safe first: there may
 * be a stranger's text in it.
 *
 * @param in standard input
 * @param out results and the ready line, for people and scripts
 * @param err everything else
 * @param charset of {@code in}, which reads what somebody types or pipes
 * @param interactive whether somebody sits there
 * @param debug whether errors come with their stack
 */
record Terminal(InputStream in, PrintStream out, PrintStream err, Charset charset, boolean interactive, boolean debug) {
    /** The process's own, in UTF-8, not interactive until asked: {@link #detected}. */
    static Terminal system() {
        return new Terminal(System.in, utf8(System.out), utf8(System.err), StandardCharsets.UTF_8, false, false);
    }

    /** The locale does not count: what is piped into a command, or out of one, would depend on who started it. */
    private static PrintStream utf8(PrintStream stream) {
        return stream.charset().equals(StandardCharsets.UTF_8) ? stream : new PrintStream(stream, true, StandardCharsets.UTF_8);
    }

    Terminal debug(boolean debug) {
        return new Terminal(in, out, err, charset, interactive, debug);
    }

    /** Finds out whether the process's streams are a terminal; apart, as it is not free and most commands don't care. */
    @SuppressWarnings("SystemConsoleNull") // it does where the JDK's own console is in use, as by default in 25 (JDK-8351435)
    Terminal detected() {
        if (in != System.in) {
            return this;
        }
        var console = System.console();
        return console != null && console.isTerminal() ? new Terminal(in, out, err, charset, true, debug) : this;
    }

    /** A line of a result, at once. */
    void say(String line) {
        out.println(SafeText.oneLine(line));
        out.flush();
    }

    /** A result of several lines, at once and together. */
    void sayLines(String lines) {
        out.println(SafeText.shown(lines));
        out.flush();
    }

    /** A line on how things stand, at once: where results are for a pipe, it is not among them. */
    void tell(String line) {
        err.println(SafeText.oneLine(line));
        err.flush();
    }

    /** One line about what went wrong. */
    void error(String line) {
        err.println("weft: " + SafeText.oneLine(line));
        err.flush();
    }

    /** What went wrong, in several lines. */
    void report(String lines) {
        err.println("weft: " + SafeText.shown(lines));
        err.flush();
    }

    /** Where it went wrong. */
    void stack(Throwable failure) {
        SafeText.failure(failure).printStackTrace(err);
        err.flush();
    }
}
