package dev.weft.kafka;

import java.util.ArrayDeque;
import java.util.OptionalLong;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/**
 * One partition from its assignment to its revocation: which of its messages are under way, and up to where all are acknowledged. A commit says
 * "all below", so what is acknowledged out of order waits for what is before it.
 *
 * <p>Offsets have gaps, where a topic was compacted or a transaction ended; so the messages themselves are kept, in order, not a count.
 */
final class Progress {
    private static final long NOWHERE = -1;

    private final Room room;
    @GuardedBy("this")
    private final ArrayDeque<Entry> underWay = new ArrayDeque<>();
    @GuardedBy("this")
    private long acknowledgedBelow = NOWHERE;
    @GuardedBy("this")
    private long reachedBelow = NOWHERE;
    @GuardedBy("this")
    private long committedBelow;
    @GuardedBy("this")
    private boolean over;

    /**
     * @param room is given back a place for each message that is no longer under way
     * @param begin where the reading begins, which is what has been committed; nothing when that is not known
     */
    Progress(Room room, OptionalLong begin) {
        this.room = room;
        committedBelow = begin.orElse(NOWHERE);
    }

    /** A message under way. */
    static final class Entry {
        private final long offset;
        /** Guarded by its partition. */
        private boolean done;

        private Entry(long offset) {
            this.offset = offset;
        }
    }

    /** The next message; its place has been taken. */
    synchronized Entry add(long offset) {
        var entry = new Entry(offset);
        underWay.addLast(entry);
        return entry;
    }

    /** The message that was added last is not under way after all; its place stays with the caller. */
    synchronized void takeBack() {
        if (!over) {
            underWay.removeLast();
        }
    }

    /** On any thread; false when it was done before, or the partition is no longer ours. */
    synchronized boolean done(Entry entry) {
        if (over || entry.done) {
            return false;
        }
        entry.done = true;
        room.giveBack(1);
        for (var first = underWay.peekFirst(); first != null && first.done; first = underWay.peekFirst()) {
            acknowledgedBelow = first.offset + 1;
            underWay.removeFirst();
        }
        return true;
    }

    /**
     * All messages below this offset have been added. Behind the last of them may be records that are no messages, and were passed over: what ended a
     * transaction, or what one wrote that was aborted.
     */
    synchronized void reached(long below) {
        reachedBelow = below;
    }

    /** The offset to commit, if there is a new one. */
    synchronized OptionalLong toCommit() {
        var below = underWay.isEmpty() ? Math.max(acknowledgedBelow, reachedBelow) : acknowledgedBelow;
        return over || below <= committedBelow ? OptionalLong.empty() : OptionalLong.of(below);
    }

    synchronized void committed(long below) {
        committedBelow = Math.max(committedBelow, below);
    }

    /** The partition is no longer ours: acknowledgements change nothing any more. */
    synchronized void end() {
        over = true;
        room.giveBack((int) underWay.stream().filter(e -> !e.done).count());
        underWay.clear();
    }
}
