package dev.weft.queue;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.ReentrantLock;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weft.net.Backoff;
import dev.weft.net.support.Moments;
import org.jspecify.annotations.Nullable;

/**
 * Takes messages from the input, one after the other, through the stage to the output; all workers of a service run the same one.
 *
 * @param <I> the type of a message that comes in
 * @param <O> the type of one that goes out
 */
final class Pump<I, O> implements ServiceThreads.Task {
    /** How often a stop function is asked while there is nothing to do. */
    private static final Duration POLL = Duration.ofMillis(50);
    /** So that a stage which always fails doesn't keep a processor busy. */
    private static final Backoff RETRY = Backoff.exponential(Duration.ofMillis(10), Duration.ofSeconds(1));

    private final Service<I, O> service;
    private final ServiceInput<I> input;
    private final Services.Stage<? super I, ? extends O> stage;
    private final @Nullable BlockingQueue<O> out;
    private final boolean inOrder;
    private final Turns turns = new Turns();
    private final ReentrantLock taking = new ReentrantLock();
    @GuardedBy("taking")
    private long taken;
    @GuardedBy("taking")
    private boolean over;

    Pump(Service<I, O> service, ServiceInput<I> input, Services.Stage<? super I, ? extends O> stage, @Nullable BlockingQueue<O> out,
            boolean inOrder) {
        this.service = service;
        this.input = input;
        this.stage = stage;
        this.out = out;
        this.inOrder = inOrder;
    }

    @Override
    public void drain() {
        input.look();
    }

    @Override
    public void run() throws Exception {
        for (;;) {
            @Nullable Delivered<I> delivered;
            long number;
            taking.lockInterruptibly();
            try {
                delivered = next();
                number = taken++;
            } finally {
                taking.unlock();
            }
            if (delivered == null) {
                return;
            }
            handle(delivered, number);
        }
    }

    /** The next message; null when there is no other. */
    @GuardedBy("taking")
    private @Nullable Delivered<I> next() throws InterruptedException {
        while (!over && !service.mustStop()) {
            // Asked first: what was put before the end is found after it.
            var ended = input.hasEnded() || service.draining();
            var until = service.canStop() ? Moments.in(service.time(), POLL) : Moments.NEVER;
            var delivered = input.next(service::draining, until);
            if (delivered.isPresent()) {
                return delivered.get();
            }
            over = ended;
        }
        over = true;
        return null;
    }

    private void handle(Delivered<I> delivered, long number) throws Exception {
        for (int attempt = 1; !attempt(delivered, number, attempt); attempt++) {
            service.time().sleep(RETRY.pause(attempt).orElseThrow());
        }
        if (inOrder) {
            turns.pass(number);
        }
    }

    /** @return whether the message is done with */
    private boolean attempt(Delivered<I> delivered, long number, int attempt) throws Exception {
        try {
            var result = stage.apply(delivered.message());
            await(number);
            emit(result, delivered);
            service.processed.increment();
            return true;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            return switch (verdict(delivered.message(), e)) {
                case RETRY -> {
                    service.log().log(Level.DEBUG, () -> "service " + service.name() + " tries a message again, after try " + attempt, e);
                    yield false;
                }
                case SKIP -> {
                    service.log().log(Level.ERROR, () -> "service " + service.name() + " skips a message", e);
                    service.failed.increment();
                    await(number);
                    delivered.acknowledge();
                    yield true;
                }
                case STOP -> {
                    service.failed.increment();
                    throw e;
                }
            };
        }
    }

    private void await(long number) throws InterruptedException {
        if (inOrder) {
            turns.await(number);
        }
    }

    private void emit(@Nullable O result, Delivered<I> delivered) throws InterruptedException {
        if (result == null || out == null) {
            delivered.acknowledge();
            return;
        }
        if (service.ending()) {
            throw new InterruptedException("the service is ending, but the stage has cleared the interrupt; its result is dropped");
        }
        if (out instanceof AckQueue<O> acknowledging) {
            acknowledging.put(result, delivered::acknowledge);
        } else {
            out.put(result);
            delivered.acknowledge();
        }
    }

    /** What is no failure of the message ends the service, and leaves the message unacknowledged. */
    private Verdict verdict(I message, Exception e) throws InterruptedException {
        if (service.ending()) {
            throw (InterruptedException) new InterruptedException("the service ends").initCause(e);
        }
        if (out instanceof AckQueue<O> acknowledging && acknowledging.hasEnded()) {
            throw new IllegalStateException("the output of service " + service.name() + " has ended: nothing can be put into it", e);
        }
        return service.verdict(message, e);
    }
}
