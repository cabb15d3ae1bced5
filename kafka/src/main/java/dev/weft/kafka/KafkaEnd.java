package dev.weft.kafka;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * What sources, sinks and pipelines have in common: each begins once, works on a thread of its own, and ends once.
 *
 * <p>Safe for any number of threads. These threads are daemons: a program that has nothing else to do calls {@link #join}.
 */
public sealed interface KafkaEnd extends AutoCloseable permits KafkaSource, KafkaSink, KafkaPipeline {
    /**
     * Looks whether a broker answers, and then works in the background.
     *
     * @throws IOException when none does within {@link KafkaTopic#connectWithin}, or it refuses us; it has ended then
     * @throws IllegalStateException when it was started before
     */
    KafkaEnd start() throws IOException;

    /**
     * Waits until it has ended; an interrupt, which stays set, ends the waiting.
     *
     * @throws java.io.UncheckedIOException when a failure has ended it
     * @throws IllegalStateException when it has not been started
     */
    void join();

    /**
     * Takes no more, waits until what is under way is acknowledged, and ends.
     *
     * @param limit how long it waits at most; then it is shut down
     * @return whether all was acknowledged
     */
    boolean drain(Duration limit);

    /**
     * Drains when the process is asked to stop (SIGTERM, Ctrl-C) or exits otherwise: sources first, pipelines and services next, sinks last, as far
     * as they do the same. After a signal the process exits with 0 when all was drained, otherwise with 128 and the signal's number; a second signal
     * ends it at once.
     *
     * @param limit see {@link #drain}
     */
    KafkaEnd drainOnExit(Duration limit);

    /**
     * Ends it in whatever state it is, and returns when it has, within about 3 s even when no broker answers. What is not acknowledged by then comes
     * again. Idempotent; an interrupt, which stays set, ends the waiting.
     */
    void shutdown();

    /** As {@link #shutdown}. */
    @Override
    void close();

    /** What it does. */
    KafkaState state();

    /** What failed last, whether it goes on or has ended by it. */
    Optional<IOException> failure();
}
