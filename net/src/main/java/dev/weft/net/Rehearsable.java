package dev.weft.net;

/**
 * A handler that wants to be warm before its first request in a worker process ({@link Concurrency#processes}).
 *
 * <p>A fresh JVM runs everything slowly at first: it loads classes, links them, interprets. Every worker rehearses Weft's own part before it
 * takes requests; a handler that implements this is made once more than there are requests, and rehearses its own: it uses what it will use,
 * on data of its own. No other concurrency calls it.
 */
public interface Rehearsable {
    /**
     * Called once in each worker process, on the thread that will serve, before the first request.
     *
     * @throws Exception whatever it likes: it is logged, and the worker serves all the same
     */
    void rehearse() throws Exception;
}
