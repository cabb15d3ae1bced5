package dev.weft.net.wire;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Writes what is unfinished, then what is posted, then passes the turn on; it begins with the turn. Bytes that can't be sent any more are given
 * up.
 */
record Pusher(Wire wire, WriteQueue queue, Transmission transmission) {
    /** On a thread of its own, which may block. */
    void start() {
        Thread.ofVirtual().name("weft-push-" + wire.id()).start(this::pushAll);
    }

    /** On the thread of a poster, which may not block: it writes one batch, and leaves the rest to a thread of its own. */
    void pushNow() {
        for (var first = true;; first = false) {
            Posted batch = null;
            try {
                batch = next();
                if (batch == null) {
                    return;
                }
                if (!first || !transmission.writeNow(batch)) {
                    start();
                    return;
                }
            } catch (Throwable t) { // the poster would see it; the turn must be passed on
                failed(t);
            }
            finished(batch);
        }
    }

    private void pushAll() {
        while (true) {
            Posted batch = null;
            try {
                batch = next();
                if (batch == null) {
                    return;
                }
                var left = batch.bytes().length - batch.sent;
                transmission.write(batch.bytes(), batch.sent, left, left);
            } catch (Throwable t) { // no caller would see it; the turn must be passed on
                failed(t);
            }
            finished(batch);
        }
    }

    /** What is to be written next; null when the turn was passed on. */
    private @Nullable Posted next() {
        var next = queue.rest();
        if (next == null) {
            next = nextBatch();
            if (next != null) {
                queue.rest(next);
            }
        }
        return next;
    }

    private void finished(@Nullable Posted batch) {
        queue.rest(null);
        if (batch != null && batch.company != null) {
            batch.company.dismiss(queue::checkUnbroken);
        }
    }

    private void failed(Throwable t) {
        queue.breakOff(t instanceof IOException e ? e : new IOException("writing failed: " + t, t));
        if (t instanceof SocketTimeoutException) {
            wire.tooSlow(String.valueOf(t.getMessage()));
        }
    }

    /** The next posted bytes, many small ones as one. */
    private @Nullable Posted nextBatch() {
        while (true) {
            var batch = queue.takePosted();
            if (batch.isEmpty()) {
                return null;
            }
            batch.forEach(Posted::begin);
            if (!queue.isBroken() && wire.isOpen()) {
                return batch.size() == 1 ? batch.getFirst() : joined(batch);
            }
        }
    }

    private static Posted joined(List<Posted> batch) {
        var bytes = new byte[batch.stream().mapToInt(p -> p.bytes().length).sum()];
        var at = 0;
        for (var p : batch) {
            System.arraycopy(p.bytes(), 0, bytes, at, p.bytes().length);
            at += p.bytes().length;
        }
        return new Posted(bytes, _ -> {});
    }
}
