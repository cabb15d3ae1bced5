package dev.weft.rpc;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import dev.weft.net.DrainReport;
import dev.weft.net.TimeSource;
import dev.weft.net.support.Life;
import dev.weft.net.support.Moments;
import io.grpc.ManagedChannel;

/** The calls of a client that are not over, and how the client ends, once. For any thread. */
final class MadeCalls {
    /** So long calls that are cancelled may take to leave, and the transport to close its connections. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private final ManagedChannel channel;
    private final String client;
    private final Life life;
    private final TimeSource time;
    private final Set<MadeCall<?, ?>> running = ConcurrentHashMap.newKeySet();
    private final LongAdder begun = new LongAdder();
    private final LongAdder succeeded = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private volatile DrainReport report = new DrainReport(Duration.ZERO, 0, 0, 0, List.of());

    /** @param client its name, for messages */
    MadeCalls(ManagedChannel channel, String client, TimeSource time) {
        this.channel = channel;
        this.client = client;
        this.time = time;
        life = new Life(() -> client, time, e -> RpcLog.closeFailed(client, e));
        life.begin("open");
    }

    Life life() {
        return life;
    }

    boolean isClosed() {
        return life.isEnding();
    }

    /** False when the client is closed. */
    boolean add(MadeCall<?, ?> call) {
        running.add(call);
        if (isClosed()) { // looked at when the call is among the others: a drain finds it there, or the call finds out
            running.remove(call);
            return false;
        }
        begun.increment();
        return true;
    }

    /** It has ended, with OK or not; has no effect when it had. */
    void ended(MadeCall<?, ?> call, boolean well) {
        if (!running.remove(call)) {
            return;
        }
        (well ? succeeded : failed).increment();
        if (life.isEnding()) {
            life.changed().signal();
        }
    }

    RpcClientStats stats() {
        return new RpcClientStats(running.size(), begun.sum(), succeeded.sum(), failed.sum());
    }

    /** Lets the calls that run end until the limit, of zero without limit; cancels the rest, and closes the connections. */
    DrainReport drain(Duration limit) {
        return drain(Moments.limit(time, limit));
    }

    /** The same, and waits for no call. */
    DrainReport close() {
        return drain(time.nanoTime());
    }

    private DrainReport drain(long moment) {
        if (life.beginDrain()) {
            var began = time.nanoTime();
            var before = running.size();
            channel.shutdown();
            life.changed().await(running::isEmpty, moment);
            var cancelled = List.copyOf(running);
            channel.shutdownNow();
            cancelled.forEach(call -> call.cancel(new RpcException(Status.CANCELLED, "Channel closed!")));
            awaitChannel();
            report = new DrainReport(Moments.since(time, began), Math.max(0, before - cancelled.size()), cancelled.size(), 0, List.of());
            life.end();
        } else {
            life.awaitEnd(Moments.NEVER);
        }
        return report;
    }

    /** The transport has no condition that could be waited for in another way. An interrupt does not end the wait, and stays set. */
    private void awaitChannel() {
        var moment = Moments.in(time, LAST_WORDS);
        var interrupted = false;
        while (true) {
            try {
                if (!channel.awaitTermination(Moments.until(time, moment).toNanos(), TimeUnit.NANOSECONDS)) {
                    RpcLog.closeFailed(client, new IllegalStateException("its connections are still there"));
                }
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
