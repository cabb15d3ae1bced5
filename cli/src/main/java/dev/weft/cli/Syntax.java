package dev.weft.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a command is called, as data: what help, picocli and {@link PlainLine} are made from.
 *
 * @param name the words after {@code weft}: one, or a group's and one
 * @param summary one sentence
 * @param hidden whether help is silent about it
 * @param parameters its positional arguments, all optional to the parser
 * @param options in the order of the help
 * @param footer more lines of help, below the options
 */
record Syntax(String name, String summary, boolean hidden, List<Parameter> parameters, List<Option> options, List<String> footer) {
    /** Every command has it; {@link Main} looks for it. */
    static final Option DEBUG = Option.flag("--debug", "Show the stack of an error (also: WEFT_DEBUG=1).");
    /** The first words of commands that have two, and what help says of them. */
    static final Map<String, String> GROUPS = Map.of("message", "Messages with hooks: try a server or a client from the shell.");

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
     * @param repeated whether it may be given more than once
     */
    record Option(String name, String label, String help, boolean repeated) {
        Option(String name, String label, String help) {
            this(name, label, help, false);
        }

        static Option flag(String name, String help) {
            return new Option(name, "", help);
        }

        static Option repeated(String name, String label, String help) {
            return new Option(name, label, help, true);
        }

        boolean isFlag() {
            return label.isEmpty();
        }
    }

    /** How many of the words the name is; 0 when they don't begin with it. */
    int lengthIn(String... words) {
        var n = 0;
        for (var rest = name; n < words.length; n++) {
            var space = rest.indexOf(' ');
            if (space < 0) {
                return rest.equals(words[n]) ? n + 1 : 0;
            }
            if (!rest.substring(0, space).equals(words[n])) {
                return 0;
            }
            rest = rest.substring(space + 1);
        }
        return 0;
    }

    Optional<Option> option(String word) {
        return options.stream().filter(o -> o.name.equals(word)).findFirst();
    }
}
