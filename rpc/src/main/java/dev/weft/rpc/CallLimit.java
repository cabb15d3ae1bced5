package dev.weft.rpc;

import java.time.Duration;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weft.net.TimeSource;
import dev.weft.net.support.Moments;
import io.grpc.Deadline;
import org.jspecify.annotations.Nullable;

/** The time that a server's own code gives a call ({@link Call#limit}); the soonest limit counts. For any thread. */
final class CallLimit {
    private final TimeSource time;
    private final Consumer<Duration> passed;
    @GuardedBy("this")
    private TimeSource.@Nullable Scheduled scheduled;
    @GuardedBy("this")
    private @Nullable Deadline deadline;
    @GuardedBy("this")
    private long moment = Moments.NEVER;
    @GuardedBy("this")
    private boolean over;

    /** @param passed is told on another thread when the time is over */
    CallLimit(TimeSource time, Consumer<Duration> passed) {
        this.time = time;
        this.passed = passed;
    }

    synchronized void set(Duration limit) {
        var next = Moments.in(time, limit);
        if (over || Moments.earlier(moment, next) == moment) {
            return;
        }
        moment = next;
        deadline = Deadline.after(Moments.nanos(limit), TimeUnit.NANOSECONDS);
        if (scheduled != null) {
            scheduled.cancel();
        }
        scheduled = time.schedule(limit, () -> ForkJoinPool.commonPool().execute(() -> passed.accept(limit)));
    }

    /** This limit, or the client's deadline when that is sooner; null when there is neither. */
    synchronized @Nullable Deadline deadline(@Nullable Deadline clients) {
        return deadline == null ? clients : clients == null ? deadline : deadline.minimum(clients);
    }

    /** The call has ended. */
    synchronized void clear() {
        over = true;
        if (scheduled != null) {
            scheduled.cancel();
        }
    }
}
