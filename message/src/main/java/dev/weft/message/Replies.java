package dev.weft.message;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * The requests of one connection that wait for their replies, by id.
 *
 * <p>The ids of requests that gave up are remembered for a while, so that a late reply is not taken for a message.
 */
final class Replies {
    /** So many given up are remembered; a reply later than that reaches a hook, or is unknown. */
    private static final int REMEMBERED = 1_024;

    private final ConcurrentHashMap<Long, Waiting> waiting = new ConcurrentHashMap<>();
    private final ArrayDeque<Long> order = new ArrayDeque<>();
    private final Set<Long> givenUp = new HashSet<>();
    /** No reply can come any more. */
    private boolean over;

    /** Somebody who waits for what comes under an id. */
    sealed interface Waiting {
        /** Takes a reply; true when no more is awaited. */
        boolean take(Message m) throws IOException;

        /** Whether taking one more means waiting. */
        boolean isFull();

        /** No reply will come. */
        void fail(IOException reason);
    }

    /** Waits for one message. */
    record One(CompletableFuture<Message> message) implements Waiting {
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

    /** Waits for what bears this id. False when no reply can come any more; then it was not told of that either. */
    synchronized boolean await(long id, Waiting who) {
        if (over) {
            return false;
        }
        waiting.put(id, who);
        return true;
    }

    /** Whether anybody waits. */
    boolean isAwaited() {
        return !waiting.isEmpty();
    }

    /** Nobody waits for it any more; what still comes is late. */
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

    /** Who waits for what bears this id. */
    @Nullable
    Waiting waitingFor(long id) {
        return waiting.isEmpty() ? null : waiting.get(id);
    }

    /** Hands a reply over. Who waits for one only is taken out first, as he may look at once whether he is still in. */
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

    /** No reply will come any more. */
    void fail(IOException reason) {
        synchronized (this) {
            over = true; // first: nobody is added from here on
        }
        waiting.forEach((id, who) -> {
            waiting.remove(id);
            who.fail(reason);
        });
    }
}
