package dev.weft.cli;

import java.util.Map;
import java.util.Optional;

/**
 * What was given to a command, as text; a flag that was given has an empty value.
 *
 * @param command whose they are
 * @param parameter the positional argument
 * @param options by name
 */
record Arguments(String command, Optional<String> parameter, Map<String, String> options) {
    /** How a value is made of text. */
    @FunctionalInterface
    interface Reader<T> {
        /** Throws an IllegalArgumentException that says what is wrong with the text. */
        T read(String text);
    }

    boolean has(String option) {
        return options.containsKey(option);
    }

    Optional<String> text(String option) {
        return Optional.ofNullable(options.get(option));
    }

    /** The option's value; the error that it has none names the option. */
    <T> Optional<T> value(String option, Reader<T> reader) throws UsageException {
        var text = text(option);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(reader.read(text.get()));
        } catch (IllegalArgumentException e) {
            throw wrong(option + ": " + e.getMessage());
        }
    }

    /** The number of something of which there must be one at least. */
    Optional<Integer> count(String option) throws UsageException {
        return value(option, text -> {
            var n = number(text);
            if (n < 1) {
                throw new IllegalArgumentException(n + " is not at least 1");
            }
            return n;
        });
    }

    /** Options that exclude each other. */
    void atMostOneOf(String... names) throws UsageException {
        var first = "";
        for (var name : names) {
            if (has(name)) {
                if (!first.isEmpty()) {
                    throw wrong(first + " and " + name + " exclude each other");
                }
                first = name;
            }
        }
    }

    /** A usage error of this command. */
    UsageException wrong(String message) {
        return new UsageException(message, "weft " + command);
    }

    static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a number: '" + text + "'", e);
        }
    }
}
