package dev.weft.queue;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import dev.weft.net.Connection;
import dev.weft.net.Framing;
import org.jspecify.annotations.Nullable;

/**
 * What a link sends: where the messages come from, and those that it has taken and not sent. One thread at a time takes and sends.
 *
 * @param <T> the type of a message
 */
final class Outflow<T> {
    /** So often a stop function is asked while there is nothing to send. */
    static final long STOP_POLL_MILLIS = 50;
    private static final int MOST_AT_ONCE = 256;

    private final BlockingQueue<T> queue;
    private final Framing<T> framing;
    private final @Nullable BooleanSupplier stop;
    private final boolean oneByOne;
    private final News news;
    private final ArrayDeque<Delivered<T>> taken = new ArrayDeque<>();
    private volatile boolean over;

    Outflow(BlockingQueue<T> queue, Link.Builder<T> settings, News news) {
        this.queue = queue;
        framing = settings.framing;
        stop = settings.stopSending;
        oneByOne = stop != null || settings.pace.isPositive();
        this.news = news;
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
        synchronized (taken) {
            return taken.stream().map(Delivered::message).toList();
        }
    }

    /** Waits for messages and takes them; false when there will be none, see {@link #isOver}. */
    boolean take() throws InterruptedException {
        while (taken.isEmpty()) {
            if (stops()) {
                return false;
            }
            var first = first();
            if (first != null) {
                add(first);
            }
        }
        while (!oneByOne && taken.size() < MOST_AT_ONCE && !queue.isEmpty()) {
            var next = another();
            if (next == null) {
                break;
            }
            add(next);
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
        if (!over && ((stop != null && stop.getAsBoolean()) || hasEnded())) {
            over = true;
        }
        return over;
    }

    private boolean hasEnded() {
        return queue instanceof AckQueue<T> ending && ending.hasEnded() && ending.isEmpty();
    }

    private void add(Delivered<T> message) {
        synchronized (taken) {
            taken.add(message);
        }
    }

    private @Nullable Delivered<T> first() throws InterruptedException {
        if (queue instanceof AckQueue<T> acknowledging) {
            return (stop == null ? acknowledging.next() : acknowledging.next(STOP_POLL_MILLIS, TimeUnit.MILLISECONDS)).orElse(null);
        }
        return delivered(stop == null ? queue.take() : queue.poll(STOP_POLL_MILLIS, TimeUnit.MILLISECONDS));
    }

    private @Nullable Delivered<T> another() {
        if (queue instanceof AckQueue<T> acknowledging) {
            var one = acknowledging.nextAll(1);
            return one.isEmpty() ? null : one.getFirst();
        }
        return delivered(queue.poll());
    }

    private @Nullable Delivered<T> delivered(@Nullable T message) {
        return message == null ? null : new Delivered<>(message, Delivered.NOBODY);
    }

    /** The oldest of those that were taken; null when there are none. */
    @Nullable
    Delivered<T> oldest() {
        return taken.peekFirst();
    }

    /** The oldest is kept elsewhere from now on. */
    Delivered<T> remove() {
        synchronized (taken) {
            return taken.removeFirst();
        }
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

    /** So many bytes have left: the messages in them are done with. */
    private void settle(long bytes) {
        var left = bytes;
        while (!taken.isEmpty()) {
            if (left != Long.MAX_VALUE) {
                try {
                    left -= length(taken.getFirst().message());
                } catch (RuntimeException e) {
                    return;
                }
                if (left < 0) {
                    return;
                }
            }
            news.counts.sent.increment();
            remove().acknowledge();
        }
    }

    /** Drops the messages that can't be sent as they are; false when there are none. */
    private boolean refuse() {
        var any = false;
        for (var delivered : List.copyOf(taken)) {
            try {
                check(delivered.message());
            } catch (RuntimeException e) {
                any = true;
                synchronized (taken) {
                    taken.remove(delivered);
                }
                news.refused(delivered.message(), e);
                delivered.acknowledge();
            }
        }
        return any;
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
