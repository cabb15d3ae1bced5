package dev.weft.cli;

import dev.weft.net.Concurrency;

/** The words of {@code --concurrency}. */
final class Concurrencies {
    private static final String PLATFORM = "platform:";
    private static final String PROCESSES = "processes:";

    private Concurrencies() {}

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException for another word, or a pool without threads or processes
     */
    static Concurrency parse(String word) {
        if (word.startsWith(PLATFORM)) {
            return Concurrency.platformThreads(Arguments.number(word.substring(PLATFORM.length())));
        }
        if (word.startsWith(PROCESSES)) {
            return processes(word, Arguments.number(word.substring(PROCESSES.length())));
        }
        return switch (word) {
            case "sequential" -> Concurrency.sequential();
            case "virtual" -> Concurrency.virtualThreads();
            default -> throw new IllegalArgumentException("no such concurrency: '" + word + "' (sequential, virtual, platform:N or processes:N)");
        };
    }

    private static Concurrency processes(String word, int n) {
        if (n < 1) {
            throw new IllegalArgumentException(word + ": at least 1 is needed to serve anybody");
        }
        return Concurrency.processes(n);
    }
}
