package dev.weft.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was given to a command, as text; a flag that was given has an empty value.
 *
 * @param command whose they are
 * @param parameters the positional arguments
 * @param options by name; several values only for one that may be repeated
 */
record Arguments(String command, List<String> parameters, Map<String, List<String>> options) {
    /** How a value is made of text. */
    @FunctionalInterface
    interface Reader<T> {
        /** Throws an IllegalArgumentException that says what is wrong with the text. */
        T read(String text);
    }

    /** The positional argument at this place, from 0. */
    Optional<String> parameter(int place) {
        return place < parameters.size() ? Optional.of(parameters.get(place)) : Optional.empty();
    }

    /** What is made of the positional argument at this place; the error that it is missing or wrong names it. */
    <T> T parameter(int place, String label, Reader<T> reader) throws UsageException {
        var text = parameter(place).orElseThrow(() -> wrong(label + " is missing"));
        try {
            return reader.read(text);
        } catch (IllegalArgumentException e) {
            throw wrong(label + ": " + e.getMessage());
        }
    }

    boolean has(String option) {
        return options.containsKey(option);
    }

    Optional<String> text(String option) {
        var texts = options.get(option);
        return texts == null ? Optional.empty() : Optional.of(texts.getFirst());
    }

    /** The option's value; the error that it has none names the option. */
    <T> Optional<T> value(String option, Reader<T> reader) throws UsageException {
        var values = values(option, reader);
        return values.isEmpty() ? Optional.empty() : Optional.of(values.getFirst());
    }

    /** As {@link #value}, for an option that may be repeated. */
    <T> List<T> values(String option, Reader<T> reader) throws UsageException {
        var values = new ArrayList<T>();
        for (var text : options.getOrDefault(option, List.of())) {
            try {
                values.add(reader.read(text));
            } catch (IllegalArgumentException e) {
                throw wrong(option + ": " + e.getMessage());
            }
        }
        return values;
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
