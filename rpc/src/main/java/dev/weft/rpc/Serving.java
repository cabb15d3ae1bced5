package dev.weft.rpc;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weft.net.DrainReport;
import dev.weft.net.TimeSource;
import dev.weft.net.support.TimedCondition;
import org.jspecify.annotations.Nullable;

/** What the methods of a server share: its limits, its interceptors, its calls, and their observer. */
final class Serving {
    private final int most;
    private final int maxMessageSize;
    private final boolean limited;
    @GuardedBy("itself")
    private final ArrayDeque<ServedCall<?, ?>> waiting = new ArrayDeque<>();
    /** How many methods more may run. */
    @GuardedBy("waiting")
    private int room;
    private final List<ServerInterceptor> interceptors;
    private final RpcObserver observer;
    private final boolean showsFailures;
    private final AtomicInteger active = new AtomicInteger();
    private final AtomicInteger undelivered = new AtomicInteger();
    private final Set<ServedCall<?, ?>> calls = ConcurrentHashMap.newKeySet();
    /** Signalled when nothing is active, or nothing undelivered. */
    private final TimedCondition idle;
    private final LongAdder begun = new LongAdder();
    private final LongAdder succeeded = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private volatile boolean refusing;

    /** {@code most} calls at once, of which so many methods run; 0 for all. */
    Serving(int most, int handlerLimit, int maxMessageSize, List<ServerInterceptor> interceptors, RpcObserver observer, boolean showsFailures,
            TimeSource time) {
        this.most = most;
        this.maxMessageSize = maxMessageSize;
        limited = handlerLimit > 0;
        room = handlerLimit;
        this.interceptors = List.copyOf(interceptors);
        this.observer = observer;
        this.showsFailures = showsFailures;
        idle = new TimedCondition(time);
    }

    TimeSource time() {
        return idle.time();
    }

    List<ServerInterceptor> interceptors() {
        return interceptors;
    }

    int maxMessageSize() {
        return maxMessageSize;
    }

    boolean showsFailures() {
        return showsFailures;
    }

    /** Lets a call in, which is counted until it is removed; or says why not. */
    @Nullable
    RpcException admit(ServedCall<?, ?> call) {
        RpcException refusal = null;
        if (active.incrementAndGet() > most) {
            leave(active);
            refusal = new RpcException(Status.RESOURCE_EXHAUSTED, "Concurrent RPC limit exceeded!");
        } else {
            calls.add(call);
            if (refusing) { // looked at when the call is among the others: a drain finds it there, or the call finds out
                remove(call);
                refusal = new RpcException(Status.UNAVAILABLE, "the server is being closed");
            }
        }
        if (refusal == null) {
            begun.increment();
            undelivered.incrementAndGet();
        } else {
            rejected(call, refusal);
        }
        return refusal;
    }

    private void rejected(ServedCall<?, ?> call, RpcException refusal) {
        rejected.increment();
        tell("rejected", told -> told.rejected(call.method(), call.call().peer(), refusal.status(), refusal.message()));
    }

    /** Ends the calls whose one request has not come for so long. */
    void endSilent(Duration longest) {
        for (var call : calls) {
            if (call.isSilent() && call.age().compareTo(longest) > 0) {
                call.giveUp(longest);
            }
        }
    }

    /** Lets no more in. */
    void refuse() {
        refusing = true;
    }

    /** Records that a call has ended. True on the first call. */
    boolean remove(ServedCall<?, ?> call) {
        var was = calls.remove(call);
        if (was) {
            leave(active);
        }
        return was;
    }

    /** The last word to a client has left, or no client waits for it. */
    void delivered() {
        leave(undelivered);
    }

    private void leave(AtomicInteger count) {
        if (count.decrementAndGet() == 0) {
            idle.signal();
        }
    }

    /** Records that a call has ended before its method began; has no effect when it was recorded before. */
    void abandon(ServedCall<?, ?> call) {
        if (remove(call)) {
            failed.increment();
            if (limited) {
                synchronized (waiting) {
                    waiting.remove(call);
                }
            }
        }
    }

    /** Those that have not ended. */
    List<ServedCall<?, ?>> calls() {
        return List.copyOf(calls);
    }

    int active() {
        return active.get();
    }

    /** Waits until no call is left, and all that was answered has left, or until the moment; whether it is so. */
    boolean awaitIdle(long moment) {
        return idle.await(() -> active.get() == 0 && undelivered.get() == 0, moment);
    }

    /** Has a call's method run: now or, where only so many may at once, when it is its turn. */
    void start(ServedCall<?, ?> call) {
        if (!limited) {
            call.launch();
            return;
        }
        synchronized (waiting) {
            if (room == 0) {
                waiting.add(call);
                return;
            }
            room--;
        }
        if (!call.launch()) {
            next();
        }
    }

    /** A method has returned. */
    void next() {
        if (!limited) {
            return;
        }
        ServedCall<?, ?> next;
        do {
            synchronized (waiting) {
                next = waiting.poll();
                if (next == null) {
                    room++;
                    return;
                }
            }
        } while (!next.launch());
    }

    void started(Call call) {
        tell("started", told -> told.started(call));
    }

    void failed(Call call, Throwable failure) {
        tell("failed", told -> told.failed(call, failure));
    }

    void ended(Call call, Status status, Duration took) {
        (status == Status.OK ? succeeded : failed).increment();
        tell("ended", told -> told.ended(call, status, took));
    }

    void drained(DrainReport report) {
        tell("drained", told -> told.drained(report));
    }

    /** Whatever it throws changes nothing. */
    private void tell(String event, Consumer<RpcObserver> what) {
        try {
            what.accept(observer);
        } catch (Throwable e) {
            RpcLog.observerFailed(event, e);
        }
    }

    RpcStats stats(long connections) {
        return new RpcStats(connections, active.get(), begun.sum(), succeeded.sum(), failed.sum(), rejected.sum());
    }
}
