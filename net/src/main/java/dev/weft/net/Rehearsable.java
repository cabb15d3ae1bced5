package dev.weft.net;

/**
 * A handler that runs its code once in a worker process before the first request ({@link Concurrency#processes}).
 *
 * <p>A new JVM is slow at first: it loads classes, links them and interprets. Each worker runs Weft's own code before it takes requests. If the
 * handler implements this, one more handler object is made for {@code rehearse}, which calls the code that requests will use, with test data.
 * No other concurrency calls it.
 */
public interface Rehearsable {
    /**
     * Called once in each worker process, on the thread that will serve, before the first request.
     *
     * @throws Exception any; it is logged, and the worker serves all the same
     */
    void rehearse() throws Exception;
}
