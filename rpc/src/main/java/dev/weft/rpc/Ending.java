package dev.weft.rpc;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import dev.weft.net.DrainReport;
import dev.weft.net.support.ExitHook;
import org.jspecify.annotations.Nullable;

/** How a server ends, once. */
final class Ending {
    /** So long a call may go on that was interrupted, and the transport with its last words. */
    private static final Duration LAST_CALL = Duration.ofSeconds(1);

    /** So often a drain looks whether a call has begun to wait for it. */
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    private final Listening listening;
    private final Serving serving;
    private final @Nullable Health health;
    private final Future<?> sweeping;
    private final CountDownLatch ended = new CountDownLatch(1);
    private boolean begun;
    private @Nullable ExitHook exitHook;
    private volatile DrainReport report = new DrainReport(Duration.ZERO, 0, 0, 0, List.of());

    /** {@code sweeping} goes on until the server ends. */
    Ending(Listening listening, Serving serving, @Nullable Health health, Future<?> sweeping) {
        this.sweeping = sweeping;
        this.listening = listening;
        this.serving = serving;
        this.health = health;
    }

    void await() {
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    boolean await(Duration longest) throws InterruptedException {
        return ended.await(Nanos.of(longest), TimeUnit.NANOSECONDS);
    }

    /** Ends it, or waits until it has ended; {@code inside} a call nobody waits. */
    DrainReport drain(Duration deadline, boolean inside) {
        synchronized (this) {
            if (!begun) {
                begun = true;
                // A thread of its own: neither an interrupt of the caller nor a call that ends the server stands in its way.
                Thread.ofPlatform().name("rpc-drain").start(() -> run(deadline));
            }
        }
        if (!inside) {
            Uninterrupted.run(ended::await);
        }
        return report;
    }

    private void run(Duration deadline) {
        var began = System.nanoTime();
        var before = serving.active();
        var stragglers = List.<DrainReport.Straggler>of();
        var aborted = 0;
        try {
            if (health != null) {
                health.end();
            }
            serving.refuse();
            listening.refuse();
            if (!awaitIdle(deadline)) {
                var late = serving.calls();
                stragglers = late.stream().map(Ending::straggler).toList();
                late.forEach(ServedCall::cancel);
                serving.awaitIdle(LAST_CALL);
                aborted = serving.calls().size();
            }
        } catch (InterruptedException | RuntimeException e) {
            Log.closeFailed("the server at " + listening.address(), e);
        } finally {
            close();
            var took = Duration.ofNanos(System.nanoTime() - began);
            report = new DrainReport(took, Math.max(0, before - stragglers.size()), stragglers.size() - aborted, aborted, stragglers);
            forgetExitHook();
            serving.drained(report);
            ended.countDown();
        }
    }

    /** Waits for the calls, but for those that wait for the process to exit, which waits for them. */
    private boolean awaitIdle(Duration longest) throws InterruptedException {
        var end = System.nanoTime() + Nanos.of(longest);
        while (true) {
            for (var call : serving.calls()) {
                var thread = call.thread();
                if (thread != null && ExitHook.exiting(thread)) {
                    call.cancel();
                    serving.remove(call);
                }
            }
            var left = end - System.nanoTime();
            if (serving.awaitIdle(Duration.ofNanos(Math.clamp(left, 0, LOOK_AGAIN.toNanos())))) {
                return true;
            }
            if (left <= 0) {
                return false;
            }
        }
    }

    private void close() {
        try {
            sweeping.cancel(false);
            listening.close(LAST_CALL);
        } catch (InterruptedException | RuntimeException e) {
            Log.closeFailed("the server at " + listening.address(), e);
        }
    }

    private static DrainReport.Straggler straggler(ServedCall<?, ?> call) {
        var thread = call.thread();
        return new DrainReport.Straggler(Peers.address(call.call().remote()), thread == null ? call.method() : thread.getName(),
                Duration.ofNanos(call.ageNanos()), thread == null ? List.of() : List.of(thread.getStackTrace()));
    }

    /** Has it drained when the process exits, true when nothing was interrupted; the last one asked for counts. */
    synchronized void onExit(BooleanSupplier drain, @Nullable Thread caller) {
        forgetExitHook();
        if (ended.getCount() > 0) {
            exitHook = caller == null ? ExitHook.install("rpc-exit", drain) : ExitHook.install("rpc-exit", drain, caller);
        }
    }

    private synchronized void forgetExitHook() {
        if (exitHook != null) {
            exitHook.remove();
            exitHook = null;
        }
    }
}
