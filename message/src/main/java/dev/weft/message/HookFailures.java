package dev.weft.message;

import java.io.EOFException;
import java.io.IOException;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * What the failures of one connection cost: the observer forgives one, or it ends the connection. Some ends are no failures, and some
 * failures can't be forgiven. For any thread.
 */
final class HookFailures {
    private final Connected connected;
    private final Counters counters;
    private final Predicate<? super Exception> forgives;
    /** What a hook beside the reader threw that ends the connection. */
    private volatile @Nullable Throwable endedBy;
    /** What has come can't be read any further, whichever thread met it. */
    private volatile @Nullable IOException broken;

    /** A call of a user's code. */
    @FunctionalInterface
    interface Call {
        void run() throws Exception;
    }

    HookFailures(Connected connected, Counters counters, Predicate<? super Exception> forgives) {
        this.connected = connected;
        this.counters = counters;
        this.forgives = forgives;
    }

    /** Runs something of a user's; its failure is thrown unless it is forgiven. */
    void guard(Call call) throws Exception {
        try {
            call.run();
        } catch (Exception e) {
            judge(e);
        }
    }

    /** Throws what ends the connection: what is not forgiven, and what is not to be forgiven. */
    void judge(Exception e) throws Exception {
        var fatal = broken;
        if (fatal != null) {
            throw fatal; // a hook met it; whatever the hook made of it, reading can't go on
        }
        if (Interrupts.isInterrupt(e) || connected.isItsEnd(e)) {
            throw e; // this thread was asked to end, or the connection has ended before
        }
        failed(e);
    }

    /** As {@link #guard} on a thread beside the reading one, which throws it later: see {@link #endedBy}. */
    void guardBeside(Call call) {
        try {
            guard(call);
        } catch (Throwable t) {
            if (endedBy == null && !connected.isItsEnd(t)) {
                endedBy = t;
            }
            connected.connection().close();
        }
    }

    /** Counts a failure, and throws it unless it is forgiven. */
    void failed(Exception e) throws Exception {
        if (Undecodable.caused(e)) {
            connected.connection().blame(e);
        }
        counters.failures.increment();
        if (!forgives.test(e)) {
            // To the code that sees it further up, EOFException says that the peer has ended.
            throw e instanceof EOFException ? new IOException("a hook failed: " + e.getMessage(), e) : e;
        }
    }

    /** A body that is no message has come while a hook waits for a reply; thrown unless it is forgiven. */
    void malformed(MalformedMessageException e) throws MalformedMessageException {
        counters.failures.increment();
        if (!forgives.test(e)) {
            broken = e;
            throw e;
        }
    }

    /** The observer is told, and the connection ends whatever it says (SPEC PR-D6). Returns the failure, to be thrown. */
    @SuppressWarnings("ReturnValueIgnored") // the observer is asked so that it is told; its answer does not count
    <E extends IOException> E unforgivable(E e) {
        broken = e;
        forgives.test(e);
        return e;
    }

    /** Whether what has come can't be read any further. */
    boolean isBroken() {
        return broken != null;
    }

    /** What ends the conversation: what the reading thread met, or, when that only says that the connection has ended, what ended it. */
    @Nullable
    Throwable cause(@Nullable Throwable met) {
        return met == null || connected.isItsEnd(met) ? endedBy : met;
    }
}
