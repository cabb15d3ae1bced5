package dev.weft.message;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weft.net.TimeSource;
import dev.weft.net.support.DeadlineTimer;
import dev.weft.net.support.Moments;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one connection that wait for their replies, by id. For any thread.
 *
 * <p>The ids of requests that gave up are remembered for a while, so that a late reply is not taken for a message. One timer serves all
 * requests: it is set for the earliest of their limits, and looks at the others when it runs.
 */
final class PendingRequests {
    /** How many ids of requests that gave up are remembered; a later reply reaches a hook, or is unknown. */
    private static final int REMEMBERED = 1_024;

    private final ConcurrentHashMap<Long, Waiting> waiting = new ConcurrentHashMap<>();
    private final TimeSource time;
    private final DeadlineTimer timer;
    private final Object limits = new Object();
    @GuardedBy("limits")
    private long earliest = Moments.NEVER;
    @GuardedBy("this")
    private final ArrayDeque<Long> order = new ArrayDeque<>();
    @GuardedBy("this")
    private final Set<Long> givenUp = new HashSet<>();
    /** No reply can come any more. */
    @GuardedBy("this")
    private boolean over;

    PendingRequests(TimeSource time) {
        this.time = time;
        timer = new DeadlineTimer(time, this::endThoseThatAreLate);
    }

    /** Waits for what comes under an id. */
    sealed interface Waiting {
        /** Takes a reply; true when no more is awaited. */
        boolean take(Message m) throws IOException;

        /** Whether taking one more means waiting. */
        boolean isFull();

        /** No reply will come. */
        void fail(IOException reason);
    }

    /** Waits for one message. */
    static final class One implements Waiting {
        private final CompletableFuture<Message> message = new CompletableFuture<>();
        private volatile long limit = Moments.NEVER;

        /** The reply; fails with {@link TimeoutException} when its limit has passed. */
        CompletableFuture<Message> message() {
            return message;
        }

        @Override
        public boolean take(Message m) {
            message.complete(m);
            return true;
        }

        @Override
        public boolean isFull() {
            return false;
        }

        @Override
        public void fail(IOException reason) {
            message.completeExceptionally(reason);
        }
    }

    /** Waits for a stream. */
    record Many(IncomingStream stream) implements Waiting {
        @Override
        public boolean take(Message m) throws IOException {
            return stream.offer(m);
        }

        @Override
        public boolean isFull() {
            return stream.isFull();
        }

        @Override
        public void fail(IOException reason) {
            stream.fail(reason);
        }
    }

    /** Waits for what bears this id. False when no reply can come any more; then {@code who} was not told of that either. */
    synchronized boolean await(long id, Waiting who) {
        if (over) {
            return false;
        }
        waiting.put(id, who);
        return true;
    }

    /** Has one that waits fail at this moment. */
    void limit(One who, long moment) {
        who.limit = moment;
        synchronized (limits) {
            if (moment != Moments.NEVER && Moments.earlier(moment, earliest) != earliest) {
                earliest = moment;
                timer.set(moment);
            }
        }
    }

    private void endThoseThatAreLate() {
        synchronized (limits) {
            earliest = Moments.NEVER;
            for (var who : waiting.values()) {
                if (who instanceof One one && Moments.passed(time, one.limit)) {
                    one.message.completeExceptionally(new TimeoutException());
                } else if (who instanceof One one) {
                    earliest = Moments.earlier(earliest, one.limit);
                }
            }
            timer.set(earliest);
        }
    }

    /** Whether any request waits. */
    boolean isAwaited() {
        return !waiting.isEmpty();
    }

    /** The request of this id gives up; what still comes is late. */
    void giveUp(long id) {
        if (waiting.containsKey(id)) {
            remember(id); // first, so that at no moment it is unknown
            waiting.remove(id);
        }
    }

    private synchronized void remember(long id) {
        givenUp.add(id);
        order.add(id);
        if (order.size() > REMEMBERED) {
            givenUp.remove(order.poll());
        }
    }

    /** The request that waits for what bears this id. */
    @Nullable
    Waiting waitingFor(long id) {
        return waiting.isEmpty() ? null : waiting.get(id);
    }

    /** Hands a reply over. A request for one message is taken out first, as its thread may look at once whether it is still in. */
    void give(Message m, Waiting who) throws IOException {
        if (who instanceof One) {
            waiting.remove(m.id());
        }
        if (who.take(m)) {
            waiting.remove(m.id());
        }
    }

    /** Whether a request of this id has given up. */
    synchronized boolean isLate(long id) {
        return givenUp.contains(id);
    }

    /** Streams that wait for more parts break off; other requests go on waiting. */
    void breakStreams(IOException reason) {
        waiting.values().forEach(who -> {
            if (who instanceof Many) {
                who.fail(reason);
            }
        });
    }

    /** No reply will come any more. */
    void fail(IOException reason) {
        synchronized (this) {
            over = true; // first: no request is added from here on
        }
        waiting.forEach((id, who) -> {
            waiting.remove(id);
            who.fail(reason);
        });
        timer.cancel();
    }
}
