package dev.weft.queue;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;

/**
 * Moves what was received into a queue of the caller's, however long that is full: a message is acknowledged when it is in there, or, where that is
 * an {@link AckQueue}, when it is acknowledged there.
 *
 * @param <T> the type of a message
 */
final class Forward<T> {
    private final AckQueue<T> from;
    private final Inflow<T> to;
    private final Thread thread;
    private Consumer<Throwable> fatal = e -> {};

    Forward(AckQueue<T> from, Inflow<T> to, LinkThreads threads) {
        this.from = from;
        this.to = to;
        thread = threads.unstarted("-forward", this::run);
    }

    void begin(Consumer<Throwable> fatal) {
        this.fatal = fatal;
        thread.start();
    }

    private void run() {
        try {
            for (var next = from.next(); next.isPresent() && !to.stops(); next = from.next()) {
                put(next.get(), to.queue());
            }
        } catch (InterruptedException e) {
            // The link is over; what is left was not acknowledged.
        } catch (RuntimeException | Error e) {
            fatal.accept(new IOException("what is received can't be put into the queue that was given: " + e, e));
        }
    }

    private static <T> void put(Delivered<T> next, BlockingQueue<T> queue) throws InterruptedException {
        if (queue instanceof AckQueue<T> acknowledging) {
            acknowledging.put(next.message(), next::acknowledge);
        } else {
            queue.put(next.message());
            next.acknowledge();
        }
    }

    void end() {
        LinkThreads.end(thread);
    }
}
