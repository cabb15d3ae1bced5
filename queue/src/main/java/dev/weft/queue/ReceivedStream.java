package dev.weft.queue;

import java.util.BitSet;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/**
 * What a receiver remembers of a stream: the number of the message that it expects next, which tells duplicates from new messages, and which messages
 * are done. They may be done in any order; the sender is told the number up to which all are done.
 */
final class ReceivedStream {
    @GuardedBy("this")
    private long expected;
    /** All messages up to this number are done. */
    @GuardedBy("this")
    private long done;
    /** The messages after {@link #done} that are done; bit 0 is the first after it. */
    @GuardedBy("this")
    private BitSet doneAfter = new BitSet();

    /** A stream whose first message has this number. */
    ReceivedStream(long first) {
        expected = first;
        done = first - 1;
    }

    /** The number of the message that is expected next. */
    synchronized long expected() {
        return expected;
    }

    synchronized long done() {
        return done;
    }

    /** Records that all messages before this number have arrived. */
    synchronized void expect(long number) {
        expected = number;
    }

    /** Records that a message is done. Returns the number up to which all are done. */
    synchronized long acknowledge(long number) {
        if (number == done + 1 && doneAfter.isEmpty()) {
            return ++done;
        }
        doneAfter.set((int) (number - done - 1));
        var run = doneAfter.nextClearBit(0);
        if (run > 0) {
            done += run;
            doneAfter = doneAfter.get(run, Math.max(run, doneAfter.length()));
        }
        return done;
    }
}
