package dev.weft.net;

import java.util.List;

/**
 * Where handlers run. The same handler runs under each of them.
 *
 * <p>It takes the place of socketserver's mix-ins (SPEC SS-3): {@link #sequential} is the plain server, {@link #virtualThreads} and
 * {@link #platformThreads} are ThreadingMixIn, {@link #processes} is ForkingMixIn.
 */
public sealed interface Concurrency {
    /** One request at a time, on the serving thread; the others wait in the kernel's backlog (SPEC SS-25). */
    static Concurrency sequential() {
        return new Sequential();
    }

    /** A virtual thread each: the default. The messages of a {@link MessageHandler} run by the transport where it can do that, without one each. */
    static Concurrency virtualThreads() {
        return new VirtualThreads();
    }

    /** A fixed pool of platform threads; accepted connections wait for a free one. */
    static Concurrency platformThreads(int threads) {
        return new PlatformThreads(threads);
    }

    /**
     * Worker JVMs (ForkingMixIn; its default is 40): at most {@code workers} requests at once, each isolated from this process: a handler that
     * ends, crashes or fills its JVM loses its own request and nothing else. Without an admission, at most {@code workers} connections are
     * accepted, and later ones wait in the backlog (SPEC SS-34). Needs the module {@code dev.weft.workers} ({@code weft-workers}) and native
     * access for {@code dev.weft.linux}, which comes with it; without them {@code open} refuses (SPEC SS-35).
     *
     * <p>verify, the observer, admission, TLS and actions stay here; handlers run there. What a handler throws comes to the observer as a
     * {@link WorkerException}, and a worker's own end as an {@link java.io.IOException} that says how it ended. In a worker,
     * {@link Server#current} returns the worker's own server.
     */
    static Processes processes(int workers) {
        return new Processes(workers, 4, 1_000, List.of());
    }

    /** See {@link Concurrency#sequential}. */
    record Sequential() implements Concurrency {}

    /** See {@link Concurrency#virtualThreads}. */
    record VirtualThreads() implements Concurrency {}

    /**
     * See {@link Concurrency#platformThreads}.
     *
     * @param threads how many, at least 1
     */
    record PlatformThreads(int threads) implements Concurrency {
        /** Checks the number. */
        public PlatformThreads {
            if (threads < 1) {
                throw new IllegalArgumentException("platformThreads(%d): at least 1 thread is needed".formatted(threads));
            }
        }
    }

    /**
     * See {@link Concurrency#processes}. The handler must be given as a class that another JVM finds on the same class or module path, since
     * an object can't be sent there; {@link Rehearsable} makes its first request faster.
     *
     * @param workers the most requests at once, at least 1
     * @param spare how many idle workers are kept ready; raised to a quarter of the busy workers when that is more; 0 starts none in advance;
     *     default 4
     * @param requestsPerChild after so many requests a worker is replaced; default 1,000
     * @param jvmOptions options for the workers' JVMs
     */
    record Processes(int workers, int spare, int requestsPerChild, List<String> jvmOptions) implements Concurrency {
        /** Checks the numbers and copies the list. */
        public Processes {
            if (workers < 1 || spare < 0 || requestsPerChild < 1) {
                throw new IllegalArgumentException("processes: at least 1 worker, 0 spare ones and 1 request each are needed, not %d, %d and %d"
                        .formatted(workers, spare, requestsPerChild));
            }
            jvmOptions = List.copyOf(jvmOptions);
        }

        /** How many idle workers are kept ready; raised to a quarter of the busy workers when that is more; 0 starts none in advance. */
        public Processes spare(int n) {
            return new Processes(workers, n, requestsPerChild, jvmOptions);
        }

        /** 1 is fork's full isolation, at the price of a JVM a request. */
        public Processes requestsPerChild(int n) {
            return new Processes(workers, spare, n, jvmOptions);
        }

        /** Options for the workers' JVMs, {@code -Xmx256m} for example. */
        public Processes jvmOptions(String... options) {
            return new Processes(workers, spare, requestsPerChild, List.of(options));
        }
    }
}
