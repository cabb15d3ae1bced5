package dev.weft.queue;

import java.io.IOException;
import java.net.ProtocolException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The receiving half of a link with at-least-once delivery. Messages go into a queue whose free room the peer knows ({@link #window}), so that the
 * thread that reads the socket never waits for room: the frames behind a message may be acknowledgements that the sending half needs.
 *
 * @param <T> the type of a message
 */
final class ReliableIn<T> {
    /** How many senders a receiver remembers: those that it heard from last. */
    private static final int MOST_STREAMS = 1024;
    /** Each new sender may fill one window in addition to what others left in the queue. From this many windows on, putting waits for room. */
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
    /** The last number that was acknowledged to the peer. */
    private volatile long told;

    /**
     * @param due runs when an acknowledgement should be sent now
     * @param owing runs when an acknowledgement should be sent soon
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

    /** Handles a sender's hello. Returns the number of the message that is expected next. */
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

    /** Handles messages that have arrived. Duplicates are dropped and counted. */
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
                } catch (IOException | RuntimeException e) { // redelivery would fail in the same way, so it counts as done
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

    /** The number of messages that have arrived and are not acknowledged by their receiver. */
    int unsettled() {
        var stream = current;
        return Math.max(queue.size(), stream == null ? 0 : (int) (stream.expected() - 1 - stream.done()));
    }

    /** Whether messages are done that were not acknowledged to the peer yet. */
    boolean owes() {
        var stream = current;
        return stream != null && stream.done() > told;
    }

    /** The acknowledgement to send now; it counts as sent. */
    Frame acknowledgement() {
        var stream = current;
        told = stream == null ? told : stream.done();
        return new Frame.Acknowledgement(told);
    }
}
