package dev.weft.chat;

import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;

import dev.weft.net.Group;

/**
 * Hands what clients say to everybody. What is said while a broadcast is under way goes out together with the next one, so that many clients that
 * speak at once cost one pass over the members, and not one each.
 */
final class Broadcasts {
    /** The most characters in one broadcast: one must not fill an outbox. */
    private static final int MOST = 64 * 1024;

    /** What goes out together. */
    private static final class Batch {
        final StringBuilder text = new StringBuilder();
        /** Guarded by the turn. */
        boolean sent;
    }

    private final Group<String> everybody;
    private final boolean together;
    private final ReentrantLock turn = new ReentrantLock();
    /** Those that are not sent, in the order in which they were begun. Guarded by itself. */
    private final ArrayDeque<Batch> waiting = new ArrayDeque<>();

    /** Together, where one text can follow another in one message. */
    Broadcasts(Group<String> everybody, boolean together) {
        this.everybody = everybody;
        this.together = together;
    }

    /** Returns when the text is in everybody's outbox. */
    void send(String text) throws InterruptedException {
        if (!together) {
            everybody.send(text);
            return;
        }
        var mine = add(text);
        turn.lockInterruptibly();
        try {
            while (!mine.sent) {
                sendNext();
            }
        } finally {
            turn.unlock();
        }
    }

    private Batch add(String text) {
        synchronized (waiting) {
            var last = waiting.peekLast();
            if (last == null || last.text.length() + text.length() > MOST) {
                last = new Batch();
                waiting.add(last);
            }
            last.text.append(text);
            return last;
        }
    }

    private void sendNext() {
        Batch next;
        synchronized (waiting) {
            next = waiting.remove(); // what is said from now on begins another
        }
        next.sent = true;
        everybody.send(next.text.toString());
    }
}
