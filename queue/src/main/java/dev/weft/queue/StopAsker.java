package dev.weft.queue;

import java.time.Duration;
import java.util.function.Consumer;

import dev.weft.net.TimeSource;

/** Calls the stop functions while a link waits for a connection, on a thread of its own, and interrupts the wait when they say so. */
final class StopAsker {
    /** How often a stop function is called while there is nothing to do. */
    static final Duration INTERVAL = Duration.ofMillis(50);

    private final LinkProtocol<?> protocol;
    private final Thread waiting;
    private final TimeSource time;
    private final Consumer<Throwable> fatal;
    private final Thread thread;
    private volatile boolean stopped;

    private StopAsker(LinkProtocol<?> protocol, LinkThreads threads, TimeSource time, Consumer<Throwable> fatal) {
        this.protocol = protocol;
        this.time = time;
        this.fatal = fatal;
        waiting = Thread.currentThread();
        thread = threads.unstarted("-stop", this::run);
    }

    /**
     * Begins to call them; {@link #end} is to follow.
     *
     * @param fatal is told what a stop function throws
     */
    static StopAsker start(LinkProtocol<?> protocol, LinkThreads threads, TimeSource time, Consumer<Throwable> fatal) {
        var asker = new StopAsker(protocol, threads, time, fatal);
        asker.thread.start();
        return asker;
    }

    private void run() {
        try {
            while (!protocol.stops()) {
                time.sleep(INTERVAL);
            }
            stopped = true;
            waiting.interrupt();
        } catch (InterruptedException e) {
            // There is a connection, or the link is over.
        } catch (Throwable t) {
            fatal.accept(t);
        }
    }

    boolean hasStopped() {
        return stopped;
    }

    void end() {
        LinkThreads.end(thread);
    }
}
