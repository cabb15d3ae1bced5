package dev.weft.cli;

/** A subcommand. */
interface Command {
    /** How it is called. */
    Syntax syntax();

    /**
     * Does it.
     *
     * @return the exit code
     * @throws UsageException when the arguments make no sense together
     * @throws Exception whose message is all that the user is told
     */
    int run(Arguments arguments, Terminal terminal) throws Exception;

    /**
     * A command with its arguments.
     *
     * @param command which
     * @param arguments its own
     */
    record Call(Command command, Arguments arguments) {
        int run(Terminal terminal) throws Exception {
            return command.run(arguments, terminal);
        }
    }
}
