package dev.weft.queue;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

import dev.weft.net.Connection;
import dev.weft.net.Framing;
import dev.weft.net.TimeSource;
import dev.weft.net.support.Moments;
import org.jspecify.annotations.Nullable;

/**
 * What a link sends: where the messages come from, and those that it has taken and not sent. One thread at a time takes and sends.
 *
 * @param <T> the type of a message
 */
final class Outflow<T> {
    /** How long it waits for a message in a queue of the caller's, which can't be told of a drain, before it looks for one. */
    private static final Duration DRAIN_LOOK = Duration.ofMillis(250);
    private static final int MOST_AT_ONCE = 256;

    private final BlockingQueue<T> queue;
    private final Framing<T> framing;
    private final @Nullable BooleanSupplier stop;
    private final boolean oneByOne;
    private final TimeSource time;
    private final LinkEvents events;
    /** Changed by the one thread that takes, under its own lock as others read it. */
    private final ArrayDeque<Delivered<T>> taken = new ArrayDeque<>();
    private final boolean ours;
    private final CountDownLatch done = new CountDownLatch(1);
    /** Of threads that wait until their message is in the spool. */
    private final Set<CountDownLatch> keeping = ConcurrentHashMap.newKeySet();
    private final boolean toldByOthers;
    private volatile boolean over;
    private volatile boolean draining;

    /** @param ours whether the queue is of our making, and ends when nothing more is to be put into it */
    Outflow(BlockingQueue<T> queue, boolean ours, LinkSettings<T> settings, LinkEvents events) {
        this.queue = queue;
        framing = settings.framing();
        stop = settings.stopSending();
        oneByOne = stop != null || settings.pace().isPositive();
        time = settings.time();
        this.events = events;
        this.ours = ours;
        toldByOthers = settings.acknowledges();
    }

    /** Takes what is in the queue, and then no more. */
    void drain() {
        draining = true;
        if (queue instanceof AckQueue<T> acknowledging) {
            if (ours) {
                acknowledging.end();
            } else {
                acknowledging.look();
            }
        }
    }

    /** All is sent, or nothing will be sent any more. */
    void end() {
        done.countDown();
        keeping.forEach(CountDownLatch::countDown);
    }

    boolean isDone() {
        return done.getCount() == 0;
    }

    /** Waits until this direction is over; an interrupt, which stays set, ends the wait. */
    void join() {
        try {
            done.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Puts a message into the queue and waits until it is acknowledged; false when this direction is over before. */
    boolean putAndAwait(T message, AckQueue<T> queue) throws InterruptedException {
        var acknowledged = new AtomicBoolean();
        var told = new CountDownLatch(1);
        keeping.add(told);
        try {
            queue.put(message, () -> {
                acknowledged.set(true);
                told.countDown();
            });
            if (!isDone()) {
                told.await();
            }
            return acknowledged.get();
        } finally {
            keeping.remove(told);
        }
    }

    BlockingQueue<T> queue() {
        return queue;
    }

    /** Nothing more is to be sent: the stop function said so, or the queue has ended. */
    boolean isOver() {
        return over;
    }

    /** Those that were taken and not sent. */
    List<T> unsent() {
        return taken().stream().map(Delivered::message).toList();
    }

    /** Waits for messages and takes them; false when there will be none, see {@link #isOver}. */
    boolean take() throws InterruptedException {
        while (taken.isEmpty()) {
            if (stops()) {
                return false;
            }
            var first = first();
            if (first != null) {
                add(List.of(first));
                if (!oneByOne) {
                    add(more(MOST_AT_ONCE - 1));
                }
            }
        }
        return true;
    }

    /** Asked before each message, and now and then while there is none: whether no more is to be taken, and all that was is sent. */
    boolean stops() {
        synchronized (taken) {
            if (!taken.isEmpty()) {
                return false;
            }
        }
        if (!over && ((stop != null && stop.getAsBoolean()) || hasEnded() || (draining && queue.isEmpty()))) {
            over = true;
            if (!toldByOthers) {
                end();
            }
        }
        return over;
    }

    private boolean hasEnded() {
        return queue instanceof AckQueue<T> ending && ending.hasEnded() && ending.isEmpty();
    }

    private void add(List<Delivered<T>> messages) {
        synchronized (taken) {
            taken.addAll(messages);
        }
    }

    private @Nullable Delivered<T> first() throws InterruptedException {
        if (queue instanceof AckQueue<T> acknowledging) {
            return acknowledging.next(() -> draining, stop == null ? Moments.NEVER : Moments.in(time, StopAsker.INTERVAL), time).orElse(null);
        }
        return delivered(queue.poll((stop == null ? DRAIN_LOOK : StopAsker.INTERVAL).toNanos(), TimeUnit.NANOSECONDS));
    }

    private List<Delivered<T>> more(int most) {
        if (queue instanceof AckQueue<T> acknowledging) {
            return acknowledging.nextAll(most);
        }
        var more = new ArrayList<T>();
        queue.drainTo(more, most);
        return more.stream().map(Delivered::new).toList();
    }

    private @Nullable Delivered<T> delivered(@Nullable T message) {
        return message == null ? null : new Delivered<>(message);
    }

    /** Those that were taken, the oldest first. */
    List<Delivered<T>> taken() {
        synchronized (taken) {
            return List.copyOf(taken);
        }
    }

    /** Removes so many of the oldest: they are sent, or kept elsewhere. */
    List<Delivered<T>> remove(int count) {
        var oldest = new ArrayList<Delivered<T>>(count);
        synchronized (taken) {
            while (oldest.size() < count) {
                oldest.add(taken.removeFirst());
            }
        }
        return oldest;
    }

    /** Sends what was taken; of what fails, keeps those that the system did not take whole, and drops those that can't be sent at all. */
    void send(Connection connection) throws IOException {
        while (!taken.isEmpty()) {
            var before = connection.bytesOut();
            try {
                connection.frames(framing).writeAll(unsent());
                settle(Long.MAX_VALUE);
            } catch (IOException e) {
                connection.abort(); // what an interrupt has left over would follow by itself
                settle(connection.bytesOut() - before);
                throw e;
            } catch (RuntimeException e) {
                settle(connection.bytesOut() - before);
                if (!refuse()) {
                    throw e;
                }
            }
        }
    }

    /** Acknowledges and removes the messages that were in so many bytes, which have left. */
    private void settle(long bytes) {
        var count = bytes == Long.MAX_VALUE ? taken.size() : whole(bytes);
        events.counts.sent.add(count);
        remove(count).forEach(Delivered::acknowledge);
    }

    /** How many of the messages so many bytes hold. */
    private int whole(long bytes) {
        var left = bytes;
        var count = 0;
        for (var delivered : taken) {
            try {
                left -= length(delivered.message());
            } catch (RuntimeException e) {
                break;
            }
            if (left < 0) {
                break;
            }
            count++;
        }
        return count;
    }

    /** Drops the messages that can't be sent as they are; false when there are none. */
    private boolean refuse() {
        var any = false;
        for (var delivered : taken()) {
            try {
                check(delivered.message());
            } catch (RuntimeException e) {
                any = true;
                refuse(delivered, e);
            }
        }
        return any;
    }

    /** Drops one that can't be sent as it is. */
    void refuse(Delivered<T> delivered, RuntimeException why) {
        synchronized (taken) {
            taken.remove(delivered);
        }
        events.refused(delivered.message(), why);
        delivered.acknowledge();
    }

    /** Looks whether a message can be sent. */
    void check(T message) {
        length(message);
    }

    private int length(T message) {
        try {
            var counted = new DataOutputStream(OutputStream.nullOutputStream());
            framing.write(message, counted);
            return counted.size();
        } catch (IOException e) {
            throw new IllegalArgumentException("a message that can't be written: " + e.getMessage(), e);
        }
    }
}
