package dev.weft.rpc;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Consumer;

import dev.weft.net.DrainReport;
import dev.weft.net.LifeState;
import dev.weft.net.TimeSource;
import dev.weft.net.support.ExitHook;
import dev.weft.net.support.Life;
import dev.weft.net.support.Moments;
import org.jspecify.annotations.Nullable;

/** How a server ends, once. */
final class Ending {
    /** So long a call may go on that was interrupted, and the transport with its last words. */
    private static final Duration LAST_CALL = Duration.ofSeconds(1);

    /** So often a drain looks whether a call has begun to wait for it. */
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    private final Life life;
    private final Listening listening;
    private final Serving serving;
    private final @Nullable Health health;
    private final TimeSource time;
    private volatile TimeSource.Scheduled nextLook = () -> {};
    private volatile DrainReport report = new DrainReport(Duration.ZERO, 0, 0, 0, List.of());

    Ending(Life life, Listening listening, Serving serving, @Nullable Health health) {
        this.life = life;
        this.listening = listening;
        this.serving = serving;
        this.health = health;
        this.time = serving.time();
    }

    /** Ends it, or waits until it has ended; {@code inside} a call it does not wait. A limit of zero is none. */
    DrainReport drain(Duration limit, boolean inside) {
        if (life.beginDrain()) {
            // A thread of its own: neither an interrupt of the caller nor a call that ends the server stands in its way.
            Thread.ofPlatform().name("rpc-drain").start(() -> run(Moments.limit(time, limit)));
        }
        if (!inside && !life.isEndingHere()) {
            life.awaitEnd(Moments.NEVER);
        }
        return report;
    }

    private void run(long moment) {
        var began = time.nanoTime();
        var before = serving.active();
        var stragglers = List.<DrainReport.Straggler>of();
        var aborted = 0;
        try {
            if (health != null) {
                health.end();
            }
            serving.refuse();
            listening.refuse();
            if (!awaitIdle(moment)) {
                var late = serving.calls();
                stragglers = late.stream().map(Ending::straggler).toList();
                late.forEach(ServedCall::cancel);
                serving.awaitIdle(Moments.in(time, LAST_CALL));
                aborted = serving.calls().size();
            }
        } catch (RuntimeException e) {
            RpcLog.closeFailed("the server at " + listening.address(), e);
        } finally {
            close();
            report = new DrainReport(Moments.since(time, began), Math.max(0, before - stragglers.size()), stragglers.size() - aborted, aborted,
                    stragglers);
            serving.drained(report);
            life.end();
        }
    }

    /** Waits for the calls, but for those that wait for the process to exit, which waits for them. */
    private boolean awaitIdle(long moment) {
        while (true) {
            for (var call : serving.calls()) {
                var thread = call.thread();
                if (thread != null && ExitHook.exiting(thread)) {
                    call.cancel();
                    serving.remove(call);
                }
            }
            if (serving.awaitIdle(Moments.earlier(moment, Moments.in(time, LOOK_AGAIN)))) {
                return true;
            }
            if (Moments.passed(time, moment)) {
                return false;
            }
        }
    }

    private void close() {
        try {
            listening.close(LAST_CALL);
        } catch (InterruptedException | RuntimeException e) {
            RpcLog.closeFailed("the server at " + listening.address(), e);
        }
    }

    private static DrainReport.Straggler straggler(ServedCall<?, ?> call) {
        var thread = call.thread();
        return new DrainReport.Straggler(Peers.address(call.call().remote()), thread == null ? call.method() : thread.getName(), call.age(),
                thread == null ? List.of() : List.of(thread.getStackTrace()));
    }

    /** Has it drained when the process exits; with a {@code caller}, that thread may go on for a moment when it has drained. */
    void onExit(Duration limit, Consumer<? super DrainReport> show, @Nullable Thread caller) {
        life.drainOnExit(() -> install(limit, show, caller));
    }

    /** As {@link #onExit}, unless that was called; returns what takes it back. */
    Runnable onExitUnlessInstalled(Duration limit, Thread caller) {
        return life.drainOnExitUnlessInstalled(() -> install(limit, shown -> {}, caller));
    }

    private Runnable install(Duration limit, Consumer<? super DrainReport> show, @Nullable Thread caller) {
        return ExitHook.draining("rpc-exit", () -> drain(limit, false), show, caller);
    }

    /** Ends the calls whose one request has not come for so long; looks four times in that time, until the server ends. */
    void endSilent(Duration longest) {
        var pause = Duration.ofNanos(Math.max(1, Moments.nanos(longest) / 4));
        look(pause, longest);
        life.onEnd(() -> nextLook.cancel());
    }

    private void look(Duration pause, Duration longest) {
        nextLook = time.schedule(pause, () -> {
            if (!life.is(LifeState.ENDED)) {
                look(pause, longest);
                ForkJoinPool.commonPool().execute(() -> serving.endSilent(longest));
            }
        });
    }
}
