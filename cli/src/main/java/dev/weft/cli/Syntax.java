package dev.weft.cli;

import java.util.List;
import java.util.Optional;

/**
 * How a command is called, as data: what help, picocli and {@link PlainLine} are made from.
 *
 * @param name the word after {@code weft}
 * @param summary one sentence
 * @param hidden whether help is silent about it
 * @param parameter its one positional argument, always optional to the parser; none when empty
 * @param options in the order of the help
 * @param footer more lines of help, below the options
 */
record Syntax(String name, String summary, boolean hidden, Optional<Parameter> parameter, List<Option> options, List<String> footer) {
    /** Every command has it; {@link Main} looks for it. */
    static final Option DEBUG = Option.flag("--debug", "Show the stack of an error (also: WEFT_DEBUG=1).");

    /**
     * A positional argument.
     *
     * @param label its name in the help
     * @param help what it is
     */
    record Parameter(String label, String help) {}

    /**
     * An option.
     *
     * @param name with its two dashes
     * @param label the value's name in the help; a flag has no value, and an empty one
     * @param help what it does, and its default
     */
    record Option(String name, String label, String help) {
        static Option flag(String name, String help) {
            return new Option(name, "", help);
        }

        boolean isFlag() {
            return label.isEmpty();
        }
    }

    Optional<Option> option(String word) {
        return options.stream().filter(o -> o.name.equals(word)).findFirst();
    }
}
