package dev.weft.queue;

import java.io.IOException;
import java.net.ProtocolException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * What a link sends at least once: messages are numbered and kept in a {@link Store} as they come from the queue, on a thread of this class, and
 * go from there onto one connection after the other until they are acknowledged.
 *
 * @param <T> the type of a message
 */
final class ReliableOut<T> {
    private record Awaited<T>(long number, Delivered<T> message) {}

    private final Outflow<T> source;
    private final Store store;
    private final boolean keepsLonger;
    private final int most;
    private final Body<T> body;
    private final int window;
    private final LinkEvents events;
    private final ReentrantLock lock;
    private final Condition changed;
    private final Condition acknowledged;
    /** Those whose acknowledgement somebody waits for, in the order of their numbers. */
    private final ArrayDeque<Awaited<T>> awaited = new ArrayDeque<>();
    private final Thread feeder;
    private Consumer<Throwable> fatal = e -> {};
    private boolean fed;
    /** The next message to leave, on the connection there is. */
    private long cursor;
    private int peerWindow;

    /**
     * @param keepsLonger whether the store outlives the link, so that what is in it is safe
     * @param most the longest message, in bytes
     * @param signal wakes the thread that writes; its lock guards all but the feeder
     */
    ReliableOut(Outflow<T> source, Store store, boolean keepsLonger, int most, LinkSettings<T> settings, LinkEvents events, WriterSignal signal) {
        this.source = source;
        this.store = store;
        this.keepsLonger = keepsLonger;
        this.most = most;
        body = settings.body();
        window = settings.capacity();
        this.events = events;
        lock = signal.lock();
        changed = signal.changed();
        acknowledged = lock.newCondition();
        feeder = events.threads.unstarted("-number", this::feed);
    }

    void begin(Consumer<Throwable> fatal) {
        this.fatal = fatal;
        feeder.start();
    }

    private void feed() {
        try {
            while (source.take()) {
                keep(source.taken());
            }
            lock.lock();
            try {
                fed = true;
                tellIfDone();
                changed.signal();
            } finally {
                lock.unlock();
            }
        } catch (InterruptedException e) {
            // The link is over.
        } catch (Throwable t) { // a full disk, for example, or a stop function's
            fatal.accept(t);
        }
    }

    /** Encodes messages and keeps them, a write's worth at a time. */
    private void keep(List<Delivered<T>> messages) throws IOException, InterruptedException {
        var bodies = new ArrayList<byte[]>();
        var bytes = 0;
        for (var message : messages) {
            try {
                var encoded = encode(message.message());
                bodies.add(encoded);
                bytes += encoded.length;
            } catch (RuntimeException e) {
                source.refuse(message, e);
            }
            if (bytes >= FrameBuffer.FULL) {
                append(bodies);
                bytes = 0;
            }
        }
        append(bodies);
    }

    private byte[] encode(T message) {
        var encoded = body.encode(message);
        if (encoded.length > most) {
            throw new IllegalArgumentException("a message of " + encoded.length + " bytes is over the limit of " + most + " bytes");
        }
        return encoded;
    }

    /** Moves the source's oldest messages, which are these, into the store, as there is room; then the list is empty. */
    private void append(List<byte[]> bodies) throws IOException, InterruptedException {
        while (!bodies.isEmpty()) {
            var safe = new ArrayList<Delivered<T>>();
            lock.lockInterruptibly();
            try {
                while (room() == 0) {
                    acknowledged.await();
                }
                var some = bodies.subList(0, Math.min(room(), bodies.size()));
                var number = store.appendAll(some);
                for (var kept : source.remove(some.size())) {
                    if (kept.isAwaited()) {
                        if (keepsLonger) {
                            safe.add(kept);
                        } else {
                            awaited.add(new Awaited<>(number, kept));
                        }
                    }
                    number++;
                }
                some.clear();
                changed.signal();
            } finally {
                lock.unlock();
            }
            safe.forEach(Delivered::acknowledge);
        }
    }

    /** For how many messages. */
    private int room() {
        return keepsLonger ? Integer.MAX_VALUE : (int) (window - (store.next() - store.first()));
    }

    /** Whether all there will ever be is acknowledged. */
    boolean isDone() {
        return fed && store.first() == store.next();
    }

    private void tellIfDone() {
        if (isDone()) {
            source.end();
        }
    }

    /** The peer wants to go on at this message, and takes so many. */
    void resume(long number, int window) throws ProtocolException {
        if (number < store.first() || number > store.next()) {
            throw new ProtocolException("the peer wants message " + number + " next, of those from " + store.first() + " to " + store.next());
        }
        cursor = number;
        peerWindow = window;
    }

    /** Whether a message can leave. */
    boolean isReady() {
        return cursor < barred();
    }

    /** The first message that can't leave now: it is still to come, or more than the peer takes. */
    private long barred() {
        return Math.min(store.next(), store.first() + peerWindow);
    }

    /** Adds the next messages to leave, as many as fit into one write, one if that is to be so. */
    void next(FrameBuffer leaving, boolean one) throws IOException {
        var begun = cursor;
        var barred = one ? Math.min(cursor + 1, barred()) : barred();
        while (cursor < barred && !leaving.isFull()) {
            leaving.add(new Frame.Message(cursor, read(cursor)));
            cursor++;
        }
        events.counts.sent.add(cursor - begun);
    }

    /** What can't be read now can't be on any other connection. */
    private byte[] read(long number) throws IOException {
        try {
            return store.read(number);
        } catch (IOException e) {
            fatal.accept(e);
            throw e;
        }
    }

    /** The peer has done all up to this one. */
    void acknowledged(long number) throws IOException {
        var done = new ArrayList<Delivered<T>>();
        lock.lock();
        try {
            if (number >= cursor) {
                throw new ProtocolException("the peer acknowledges message " + number + ", and " + (cursor - 1) + " was the last");
            }
            events.counts.acknowledged.add(Math.max(0, number + 1 - store.first()));
            while (!awaited.isEmpty() && awaited.getFirst().number() <= number) {
                done.add(awaited.removeFirst().message());
            }
            store.acknowledge(number);
            tellIfDone();
            acknowledged.signal();
            changed.signal();
        } finally {
            lock.unlock();
        }
        done.forEach(Delivered::acknowledge);
    }

    /** Ends the numbering. */
    void end() {
        LinkThreads.end(feeder);
    }

    /**
     * What was not acknowledged, and then what was not numbered. What outlasts the link is sent by the next one, and may be more than memory holds.
     */
    List<T> unsent() throws IOException {
        var all = new ArrayList<T>();
        lock.lock();
        try {
            for (var n = store.first(); n < store.next() && !keepsLonger; n++) {
                all.add(body.decode(store.read(n)));
            }
        } finally {
            lock.unlock();
        }
        all.addAll(source.unsent());
        return all;
    }
}
