package dev.weft.queue;

import java.io.IOException;
import java.net.ProtocolException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a link sends at least once: messages are numbered and kept in a {@link Store} as they come from the queue, on a thread of this class, and
 * go from there onto one connection after the other until they are acknowledged.
 *
 * @param <T> the type of a message
 */
final class ReliableOut<T> {
    private static final int BATCH_BYTES = 64 * 1024;

    private final Outflow<T> source;
    private final Store store;
    private final boolean keepsLonger;
    private final int most;
    private final Body<T> body;
    private final int window;
    private final News news;
    private final Object lock;
    /** Those whose acknowledgement somebody waits for, in the order of their numbers. */
    private final ArrayDeque<Delivered<T>> waiting = new ArrayDeque<>();
    private final Thread feeder;
    private Consumer<Throwable> fatal = e -> {};
    private boolean fed;
    /** The next message to leave, on the connection there is. */
    private long cursor;
    private int peerWindow;

    /**
     * @param keepsLonger whether the store outlives the link, so that what is in it is safe
     * @param most the longest message, in bytes
     * @param lock what guards it, and is notified of every change
     */
    ReliableOut(Outflow<T> source, Store store, boolean keepsLonger, int most, Link.Builder<T> settings, News news, Object lock) {
        this.source = source;
        this.store = store;
        this.keepsLonger = keepsLonger;
        this.most = most;
        body = settings.body;
        window = settings.capacity;
        this.news = news;
        this.lock = lock;
        feeder = news.threads.unstarted("-number", this::feed);
    }

    void begin(Consumer<Throwable> fatal) {
        this.fatal = fatal;
        feeder.start();
    }

    private void feed() {
        try {
            while (source.take()) {
                for (Delivered<T> next; (next = source.oldest()) != null; source.remove()) {
                    keep(next);
                }
            }
            synchronized (lock) {
                fed = true;
                lock.notifyAll();
            }
        } catch (InterruptedException e) {
            // The link is over.
        } catch (Throwable t) { // a full disk, for example, or a stop function's
            fatal.accept(t);
        }
    }

    private void keep(Delivered<T> message) throws IOException, InterruptedException {
        byte[] encoded;
        try {
            encoded = body.encode(message.message());
            if (encoded.length > most) {
                throw new IllegalArgumentException("a message of " + encoded.length + " bytes is over the limit of " + most + " bytes");
            }
        } catch (RuntimeException e) {
            news.refused(message.message(), e);
            message.acknowledge();
            return;
        }
        synchronized (lock) {
            while (!keepsLonger && store.next() - store.first() >= window) {
                lock.wait();
            }
            store.append(encoded);
            if (!keepsLonger) {
                waiting.add(message);
            }
            lock.notifyAll();
        }
        if (keepsLonger) {
            message.acknowledge();
        }
    }

    /** Whether all there will ever be is acknowledged. */
    boolean isDone() {
        return fed && store.first() == store.next();
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
        return cursor < store.next() && cursor - store.first() < peerWindow;
    }

    /** The next messages to leave, as many as fit into one write, one if that is to be so. */
    List<Frame> next(boolean one) throws IOException {
        var frames = new ArrayList<Frame>();
        var size = 0;
        while (isReady() && size < BATCH_BYTES && !(one && size > 0)) {
            var message = new Frame.Message(cursor, read(cursor));
            cursor++;
            frames.add(message);
            size += message.body().length + 16;
        }
        news.counts.sent.add(frames.size());
        return frames;
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
        synchronized (lock) {
            if (number >= cursor) {
                throw new ProtocolException("the peer acknowledges message " + number + ", and " + (cursor - 1) + " was the last");
            }
            for (var n = store.first(); n <= number; n++) {
                news.counts.acknowledged.increment();
                var somebody = waiting.pollFirst();
                if (somebody != null) {
                    done.add(somebody);
                }
            }
            store.acknowledge(number);
            lock.notifyAll();
        }
        done.forEach(Delivered::acknowledge);
    }

    /** Ends the numbering. */
    void end() {
        Threads.end(feeder);
    }

    /**
     * What was not acknowledged, and then what was not numbered. What outlasts the link is sent by the next one, and may be more than memory holds.
     */
    List<T> unsent() throws IOException {
        var all = new ArrayList<T>();
        synchronized (lock) {
            for (var n = store.first(); n < store.next() && !keepsLonger; n++) {
                all.add(body.decode(store.read(n)));
            }
        }
        all.addAll(source.unsent());
        return all;
    }
}
