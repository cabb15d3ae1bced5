package dev.weft.queue;

import java.util.function.Consumer;

/** Asks the stop functions while a link waits for a connection, and interrupts it when they say so. */
final class StopAsker {
    private final LinkProtocol<?> talk;
    private final Thread waiting;
    private final Consumer<Throwable> fatal;
    private final Thread thread;
    private volatile boolean stopped;

    StopAsker(LinkProtocol<?> talk, Thread waiting, LinkThreads threads, Consumer<Throwable> fatal) {
        this.talk = talk;
        this.waiting = waiting;
        this.fatal = fatal;
        thread = threads.unstarted("-stop", this::run);
        thread.start();
    }

    private void run() {
        try {
            while (!talk.stops()) {
                Thread.sleep(Outflow.STOP_POLL_MILLIS);
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
