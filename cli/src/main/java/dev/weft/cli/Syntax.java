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
 * @param parameters its positional arguments
 * @param options in the order of the help
 * @param footer more lines of help, below the options
 * @param usages the lines of help that say how it is called, where they don't follow from the rest
 */
record Syntax(String name, String summary, boolean hidden, List<Parameter> parameters, List<Option> options, List<String> footer,
        List<String> usages) {
    Syntax(String name, String summary, boolean hidden, List<Parameter> parameters, List<Option> options, List<String> footer) {
        this(name, summary, hidden, parameters, options, footer, List.of());
    }

    /** Every command has it; {@link Main} looks for it. */
    static final Option DEBUG = Option.flag("--debug", "Show the stack of an error (also: WEFT_DEBUG=1).");
    /** The first words of commands that have two, and what help says of them. */
    static final Map<String, String> GROUPS = Map.of("message", "Messages with hooks: try a server or a client from the shell.");

    /**
     * A positional argument.
     *
     * @param label its name in the help
     * @param help what it is
     * @param needed how often it has to be there
     */
    record Parameter(String label, String help, Needed needed) {
        static Parameter required(String label, String help) {
            return new Parameter(label, help, Needed.ONCE);
        }

        static Parameter optional(String label, String help) {
            return new Parameter(label, help, Needed.PERHAPS);
        }

        static Parameter several(String label, String help) {
            return new Parameter(label, help, Needed.ANY);
        }

        boolean several() {
            return needed == Needed.ANY;
        }
    }

    /** How often a positional argument is there. */
    enum Needed {
        /** Once. The first ones are so. */
        ONCE,
        /** Once, or not at all. */
        PERHAPS,
        /** All that are left; only the last can be so. */
        ANY
    }

    /** How many values an option has. */
    enum Values {
        /** One, once. */
        ONE,
        /** One each time. */
        REPEATED,
        /** All that stand behind it up to the next option, each time. */
        SEVERAL
    }

    /**
     * An option.
     *
     * @param name with its two dashes
     * @param letter with its dash; empty when it has none
     * @param label the value's name in the help; a flag has no value, and an empty one
     * @param help what it does, and its default
     * @param values how many
     */
    record Option(String name, String letter, String label, String help, Values values) {
        Option(String name, String label, String help) {
            this(name, "", label, help, Values.ONE);
        }

        static Option flag(String name, String help) {
            return new Option(name, "", help);
        }

        static Option repeated(String name, String label, String help) {
            return new Option(name, "", label, help, Values.REPEATED);
        }

        static Option several(String name, String label, String help) {
            return new Option(name, "", label, help, Values.SEVERAL);
        }

        /** This option with a short name. */
        Option letter(String letter) {
            return new Option(name, letter, label, help, values);
        }

        boolean isFlag() {
            return label.isEmpty();
        }

        /** Whether it may be given more than once. */
        boolean repeated() {
            return values != Values.ONE;
        }

        private boolean is(String word) {
            return name.equals(word) || (letter.equals(word) && !word.isEmpty());
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
        return options.stream().filter(o -> o.is(word)).findFirst();
    }

    /** Whether so many positional arguments are enough. */
    boolean isEnough(int given) {
        return parameters.stream().filter(p -> p.needed() == Needed.ONCE).count() <= given;
    }

    /** Whether another positional argument may follow so many. */
    boolean takesMore(int given) {
        return given < parameters.size() || (!parameters.isEmpty() && parameters.getLast().several());
    }
}
