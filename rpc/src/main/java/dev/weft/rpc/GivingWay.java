package dev.weft.rpc;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import dev.weft.net.TimeSource;
import io.netty.channel.SelectStrategy;
import io.netty.util.IntSupplier;

/**
 * When an event loop that is a virtual thread waits for events: not before the calls that it has started or woken have had their turn. They run
 * on the same carrier, without a change of platform threads, and what they answer leaves in one go when the loop's own turn comes.
 *
 * <p>A carrier looks at what other threads have woken only when its own queue is empty, which a busy loop fills anew each time. So now and then
 * the loop leaves the carrier, and comes back by way of the timer's queue and of another thread's in turn: where it came from last it is not the
 * next, and others are. Without that, a call that sleeps for 5 ms took seconds on a server at its limit; with it some 20 ms, as with platform
 * threads.
 */
final class GivingWay implements SelectStrategy {
    /** So long a loop may go on without leaving its carrier. */
    private static final long LONGEST_RUN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** The loops are the process's, and its carriers know the machine's clock only. */
    private static final TimeSource TIME = TimeSource.system();

    private static final ExecutorService BELL = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("weft-rpc-bell").factory());

    private long since = TIME.nanoTime();
    private boolean byTimer;

    @Override
    public int calculateStrategy(IntSupplier selectNow, boolean hasTasks) throws Exception {
        if (TIME.nanoTime() - since < LONGEST_RUN_NANOS) {
            Thread.yield();
        } else {
            leave();
            since = TIME.nanoTime();
        }
        var ready = selectNow.get();
        return hasTasks || ready > 0 ? ready : SELECT;
    }

    private void leave() {
        byTimer = !byTimer;
        if (byTimer) {
            LockSupport.parkNanos(this, 1);
        } else {
            var loop = Thread.currentThread();
            BELL.execute(() -> LockSupport.unpark(loop));
            LockSupport.park(this);
        }
    }
}
