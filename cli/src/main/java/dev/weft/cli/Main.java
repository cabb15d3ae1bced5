package dev.weft.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.util.Arrays;
import java.util.List;

/** The {@code weft} command: finds the subcommand, runs it, and turns what it says or throws into an exit code. */
public final class Main {
    /** All went well. */
    static final int OK = 0;
    /** What was asked for could not be done. */
    static final int FAILURE = 1;
    /** What was asked for makes no sense. */
    static final int USAGE = 2;

    private static final String DEBUG = "--debug";

    private Main() {}

    /**
     * Runs the command and ends the process with its exit code: 0, 1 for a failure, 2 for a usage error, 124 for a reply that did not
     * come in time.
     */
    public static void main(String[] args) {
        var terminal = Terminal.system();
        // Logs and handlers print there too.
        System.setOut(terminal.out());
        System.setErr(terminal.err());
        System.exit(run(terminal, args));
    }

    /** Everything but the end of the process. */
    static int run(Terminal terminal, String... words) {
        var commands = List.of(new ServeCommand(), new ChatCommand(), new MessageServeCommand(), new MessageSendCommand(),
                new MessageRequestCommand(), new QueueSendCommand(), new QueueReceiveCommand(), new QueueLinkCommand(), new CallCommand(),
                new RehearseCommand());
        var debug = Arrays.asList(words).contains(DEBUG) || !System.getenv().getOrDefault("WEFT_DEBUG", "").isEmpty();
        try {
            var args = TypedArguments.of(words);
            var call = PlainLine.read(commands, args).or(() -> PicocliLine.read(commands, terminal, args));
            return call.isPresent() ? call.get().run(terminal.debug(debug)) : OK;
        } catch (UsageException e) {
            terminal.error(e.getMessage() + "; see " + e.help() + " --help");
            return USAGE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return FAILURE;
        } catch (Exception | StackOverflowError | OutOfMemoryError e) {
            terminal.error(sentence(e));
            if (debug) {
                terminal.stack(e);
            }
            return FAILURE;
        }
    }

    /** What an exception has to say to somebody who does not know its class. */
    static String sentence(Throwable e) {
        var message = e.getMessage();
        if (message == null || message.isBlank()) {
            return e.getClass().getName();
        }
        if (e instanceof InvalidPathException && !TypedArguments.encoding().equals(StandardCharsets.UTF_8)) {
            return "this locale (" + TypedArguments.encoding() + ") can't say a path: set LC_ALL=C.UTF-8";
        }
        var speaks = e instanceof IOException || e instanceof IllegalArgumentException || e instanceof UnsupportedOperationException;
        return (speaks ? message : e.getClass().getName() + ": " + message).lines().findFirst().orElseThrow();
    }
}
