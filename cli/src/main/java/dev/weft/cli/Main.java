package dev.weft.cli;

import java.util.Arrays;
import java.util.List;

/** The {@code weft} command: finds the subcommand, runs it, and turns what it says or throws into an exit code. */
public final class Main {
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
            return call.isPresent() ? call.get().run(terminal.debug(debug)) : ExitCode.OK;
        } catch (UsageException e) {
            terminal.error(e.getMessage() + "; see " + e.help() + " --help");
            return ExitCode.USAGE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.FAILURE;
        } catch (Exception | StackOverflowError | OutOfMemoryError e) {
            terminal.error(FailureText.sentence(e));
            if (debug) {
                terminal.stack(e);
            }
            return ExitCode.FAILURE;
        }
    }
}
