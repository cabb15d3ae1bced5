package dev.weft.net.spi;

import dev.weft.net.Address;

/** The workers of one server. Safe for any thread. */
public interface WorkerPool {
    /** One request for a worker; it can be run once. */
    interface Work {
        /**
         * Waits for a free worker, hands the request over, and returns when the worker has reported that it is served. An interrupt is passed
         * on to the worker's handler, whose end is then awaited; before there is a worker it ends the wait.
         *
         * @throws dev.weft.net.WorkerException what the handler threw
         * @throws java.io.InterruptedIOException when the handler ended because of the interrupt, or there was no worker yet
         * @throws java.io.IOException when the worker has ended before it reported, with how, or none could be had
         */
        void run() throws Exception;

        /** Tells the handler that the server drains. Any thread may call it, at any time. */
        void drain();

        /** Drops the connection; a second later also ends a worker that has not reported by then. Any thread may call it, at any time. */
        void abort();

        /** The bytes that the handler received; known when the run has ended. */
        long bytesIn();

        /** The bytes that the handler sent; known when the run has ended. */
        long bytesOut();
    }

    /** A request for a connection. The caller closes the channel when the request has been run. */
    Work connection(StreamChannel channel);

    /** A request for a datagram, which the worker answers on the server's socket. */
    Work datagram(byte[] data, Address sender, boolean truncated);

    /**
     * Ends the workers that are idle at once, and the busy ones when they have served their request ({@code orderly}) or at once too. Returns
     * when those that had to end have ended, within a second.
     */
    void close(boolean orderly);
}
