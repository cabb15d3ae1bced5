package dev.weft.queue;

import java.io.IOException;
import java.net.ProtocolException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What a link receives at least once. Messages go into a queue whose room the peer knows ({@link #window}), so that putting one there never has
 * to wait: behind it in the socket may stand what the other direction waits for.
 *
 * @param <T> the type of a message
 */
final class ReliableIn<T> {
    /** A receiver remembers the last of so many senders. */
    private static final int MOST_STREAMS = 1024;
    /** Each new sender may fill a window beside what others have left in the queue; but so often only. */
    private static final int MOST_WINDOWS = 8;

    private final AckQueue<T> queue;
    private final Body<T> body;
    private final int window;
    private final LinkEvents events;
    private final Runnable due;
    private final Runnable owing;
    private final Map<StreamId, ReceivedStream> streams = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<StreamId, ReceivedStream> eldest) {
            return size() > MOST_STREAMS;
        }
    };
    private volatile @Nullable ReceivedStream current;
    /** What was acknowledged to the peer last. */
    private volatile long told;

    /**
     * @param due runs when the peer should be told what is done
     * @param owing runs when it should be told before long
     */
    ReliableIn(AckQueue<T> queue, LinkSettings<T> settings, LinkEvents events, Runnable due, Runnable owing) {
        this.queue = queue;
        body = settings.body();
        window = settings.capacity();
        this.events = events;
        this.due = due;
        this.owing = owing;
    }

    int window() {
        return window;
    }

    /** A sender has said hello; the number of the message that is wanted next. */
    long begin(Hello hello) throws ProtocolException {
        if (hello.first() < 1) {
            throw new ProtocolException("the peer begins at message " + hello.first() + ", and numbers count from 1");
        }
        var stream = streams.computeIfAbsent(hello.stream(), _ -> new ReceivedStream(hello.first()));
        if (stream.expected() < hello.first()) {
            throw new ProtocolException("the peer begins at message " + hello.first() + ", and " + stream.expected() + " is still to come");
        }
        told = hello.first() - 1;
        current = stream;
        return stream.expected();
    }

    /** Messages have come; those that had come before are dropped. */
    void take(List<Frame.Message> messages) throws ProtocolException, InterruptedException {
        var stream = current;
        if (stream == null || messages.isEmpty()) {
            return;
        }
        var fresh = new ArrayList<Delivered<T>>(messages.size());
        var expected = stream.expected();
        var most = stream.done() + window;
        try {
            for (var message : messages) {
                var number = message.number();
                if (number < expected) {
                    events.counts.duplicates.increment();
                    continue;
                }
                if (number > expected) {
                    throw new ProtocolException("message " + number + " came, and " + expected + " was expected");
                }
                if (number > most) {
                    throw new ProtocolException("message " + number + " is beyond the window: messages up to " + most + " may come now");
                }
                expected++;
                try {
                    fresh.add(new Delivered<>(body.decode(message.body()), () -> acknowledge(stream, number)));
                } catch (IOException | RuntimeException e) { // it would be so the next time, too
                    events.undecodable(message.body(), e);
                    acknowledge(stream, number);
                }
            }
        } finally {
            stream.expect(expected);
            put(fresh);
        }
    }

    private void put(List<Delivered<T>> messages) throws InterruptedException {
        events.counts.received.add(messages.size());
        if (queue.size() + messages.size() <= (long) MOST_WINDOWS * window) {
            queue.forceAll(messages);
        } else {
            queue.putAll(messages);
        }
    }

    private void acknowledge(ReceivedStream stream, long number) {
        var untold = stream.acknowledge(number) - told;
        if (untold > 0 && stream == current) {
            if (untold >= window / 4 || queue.isEmpty()) {
                due.run();
            } else {
                owing.run();
            }
        }
    }

    /** How many messages that have come are not done. */
    int unsettled() {
        var stream = current;
        return Math.max(queue.size(), stream == null ? 0 : (int) (stream.expected() - 1 - stream.done()));
    }

    /** Whether something is done that the peer was not told of. */
    boolean owes() {
        var stream = current;
        return stream != null && stream.done() > told;
    }

    /** What the peer is to be told now; it counts as told. */
    Frame acknowledgement() {
        var stream = current;
        told = stream == null ? told : stream.done();
        return new Frame.Acknowledgement(told);
    }
}
