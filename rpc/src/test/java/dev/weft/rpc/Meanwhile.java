package dev.weft.rpc;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** What goes on beside the test's own thread. */
final class Meanwhile {
    private Meanwhile() {}

    /** Begins it, on a virtual thread; {@code get} tells how it went. */
    static <T> FutureTask<T> doing(Callable<T> task) {
        var running = new FutureTask<>(task);
        Thread.ofVirtual().name("meanwhile").start(running);
        return running;
    }

    /** Waits for a condition of which nobody tells; looks often, since there is much to wait for. */
    static ConditionFactory await() {
        return Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2));
    }

    /** Waits until it is interrupted, as a method does that has a lot to do. */
    static void forEver() throws InterruptedException {
        new CountDownLatch(1).await();
    }

    /** Waits for another thread, whatever interrupts there are; returns whether there was one. */
    static boolean stubbornly(CountDownLatch latch) {
        var interrupted = false;
        while (true) {
            try {
                latch.await();
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }
}
