package dev.weft.queue;

import java.util.BitSet;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/**
 * What a receiver remembers of a stream as long as it lives: which message it wants next, so that those which come again are known, and which are
 * done. They may be done in any order; what is told to the sender is up to where all are.
 */
final class ReceivedStream {
    @GuardedBy("this")
    private long expected;
    /** All up to this one are done. */
    @GuardedBy("this")
    private long done;
    /** Those after {@link #done} that are done, counted from it. */
    @GuardedBy("this")
    private BitSet doneAfter = new BitSet();

    /** Begins at a number. */
    ReceivedStream(long first) {
        expected = first;
        done = first - 1;
    }

    /** The message that is wanted next. */
    synchronized long expected() {
        return expected;
    }

    synchronized long done() {
        return done;
    }

    /** All before this one have come. */
    synchronized void expect(long number) {
        expected = number;
    }

    /** A message is done; up to which one all are. */
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
