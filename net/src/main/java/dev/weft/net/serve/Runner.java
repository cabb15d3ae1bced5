package dev.weft.net.serve;

import java.util.ArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Concurrency;

/** Where requests run: a {@link Concurrency} at work. */
public interface Runner {
    /** Runs it here, or hands it over. */
    void run(Request request);

    /** Whether requests run on the serving thread itself. */
    default boolean inline() {
        return false;
    }

    /** Whether they run in other processes, which move their bytes unseen. */
    default boolean elsewhere() {
        return false;
    }

    /** No more come. Those that wait for a thread, or a worker, run still ({@code orderly}) or are abandoned. */
    default void close(boolean orderly) {}

    /** The runner of a kind of concurrency that needs no worker processes. */
    static Runner of(Concurrency concurrency, String name) {
        // No switch over types: the JDK's first one costs a start-up some 60 ms, and every server comes by here.
        if (concurrency instanceof Concurrency.VirtualThreads) {
            var threads = Thread.ofVirtual().name(name + "-", 1).factory();
            return request -> threads.newThread(request).start();
        }
        if (concurrency instanceof Concurrency.Sequential) {
            return new Inline();
        }
        if (concurrency instanceof Concurrency.PlatformThreads pool) {
            return new Pool(pool.threads(), daemons(name));
        }
        throw new IllegalArgumentException(concurrency + " needs worker processes");
    }

    private static ThreadFactory daemons(String name) {
        return Thread.ofPlatform().daemon().name(name + "-", 1).factory();
    }

    /** The serving thread. */
    record Inline() implements Runner {
        @Override
        public void run(Request request) {
            request.run();
        }

        @Override
        public boolean inline() {
            return true;
        }
    }

    /** A fixed number of platform threads. */
    final class Pool implements Runner {
        private final ThreadPoolExecutor threads;

        Pool(int n, ThreadFactory factory) {
            threads = new ThreadPoolExecutor(n, n, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
        }

        @Override
        public void run(Request request) {
            threads.execute(request);
        }

        /** Interrupts no thread: stragglers have been interrupted already, and a handler that closes its own server must not be. */
        @Override
        public void close(boolean orderly) {
            threads.shutdown();
            if (!orderly) {
                var waiting = new ArrayList<Runnable>();
                threads.getQueue().drainTo(waiting);
                waiting.forEach(request -> ((Request) request).abandon());
            }
        }
    }
}
