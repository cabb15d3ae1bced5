package dev.weft.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a command line that leaves no doubt: a subcommand, options of it each as often as it may be given, each with a value that can't be
 * taken for an option, and no more positional arguments than it has. Everything else (help, abbreviations, mistakes) it leaves to
 * {@link PicocliLine}, which must agree on all that this one reads.
 *
 * <p>It is here for the start: picocli's classes have too old a format for the JDK's AOT cache, and loading and verifying them
 * takes several times as long as everything else together. docs/cli.md has the numbers.
 */
final class PlainLine {
    private final Syntax syntax;
    private final Map<String, List<String>> options = new HashMap<>();
    private final List<String> parameters = new ArrayList<>();

    private PlainLine(Syntax syntax) {
        this.syntax = syntax;
    }

    static Optional<Command.Call> read(List<? extends Command> commands, String... args) {
        for (var command : commands) {
            var words = command.syntax().lengthIn(args);
            if (words > 0) {
                return new PlainLine(command.syntax()).read(words, args).map(a -> new Command.Call(command, a));
            }
        }
        return Optional.empty();
    }

    private Optional<Arguments> read(int words, String... args) {
        var i = words;
        while (i < args.length) {
            var taken = args[i].startsWith("-") ? option(args, i) : parameter(args[i]);
            if (taken == 0) {
                return Optional.empty();
            }
            i += taken;
        }
        if (!syntax.isEnough(parameters.size())) {
            return Optional.empty();
        }
        return Optional.of(new Arguments(syntax.name(), List.copyOf(parameters), Map.copyOf(options)));
    }

    /** How many words it took; 0 when in doubt. */
    private int option(String[] args, int i) {
        var equals = args[i].indexOf('=');
        var option = syntax.option(equals < 0 ? args[i] : args[i].substring(0, equals));
        if (option.isEmpty() || (option.get().isFlag() && equals >= 0)) {
            return 0;
        }
        if (option.get().isFlag()) {
            return put(option.get(), "") ? 1 : 0;
        }
        if (option.get().values() == Syntax.Values.SEVERAL) {
            return equals < 0 ? several(option.get(), args, i + 1) : 0;
        }
        if (equals >= 0) {
            var value = args[i].substring(equals + 1);
            return isPlain(value) && put(option.get(), value) ? 1 : 0;
        }
        var hasValue = i + 1 < args.length && isPlain(args[i + 1]);
        return hasValue && put(option.get(), args[i + 1]) ? 2 : 0;
    }

    /** All words that can't be taken for an option; 0 when there are none. */
    private int several(Syntax.Option option, String[] args, int from) {
        var i = from;
        while (i < args.length && isPlain(args[i])) {
            put(option, args[i++]);
        }
        return i == from ? 0 : i - from + 1;
    }

    private boolean put(Syntax.Option option, String value) {
        var values = options.get(option.name());
        if (values == null) {
            options.put(option.name(), new ArrayList<>(List.of(value)));
            return true;
        }
        values.add(value);
        return option.repeated();
    }

    private int parameter(String word) {
        if (!syntax.takesMore(parameters.size()) || !isPlain(word)) {
            return 0;
        }
        parameters.add(word);
        return 1;
    }

    private static boolean isPlain(String word) {
        return !word.isEmpty() && !word.startsWith("-");
    }
}
