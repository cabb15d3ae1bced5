package dev.weft.net.spi;

import java.io.IOException;
import java.util.Optional;

/**
 * Where worker processes come from: {@link dev.weft.net.Concurrency#processes} at work (SPEC SS-34, SS-35).
 *
 * <p>A provider is a public final class with a public no-argument constructor, named in its {@code module-info} and in
 * {@code META-INF/services}; constructing it must be cheap and touch nothing native.
 */
public interface WorkerPools {
    /** Why this machine cannot have worker processes, in words for its user; empty when it can. */
    Optional<String> unavailable();

    /**
     * Starts the first workers of a server whose socket is bound, and returns when one of them can serve.
     *
     * @throws IOException when no worker can be started; the message says what the workers said
     * @throws IllegalArgumentException when another JVM can't have the handler's class; the message says why
     */
    WorkerPool open(WorkerSettings settings) throws IOException;
}
