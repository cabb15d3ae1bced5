package dev.weft.net.wire;

import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.Iterator;

import dev.weft.net.WorkerException;

/**
 * Where the latest failures of one connection came from: its peer, or its being closed on this side. What isn't found here came from somewhere
 * else, the handler or another socket. It keeps no failure alive.
 */
final class Origins {
    /** Whose doing a failure was. */
    enum Origin {
        /** The peer reset, ended inside a message, was too slow, sent what is no message, ... */
        PEER,
        /** The connection was closed or aborted on this side before. */
        CLOSED_HERE
    }

    private record Known(WeakReference<Throwable> failure, Origin origin) {}

    /** A handler that goes on after failures, as after read deadlines, throws one of the last ones if it throws one at all. */
    private static final int MOST = 8;
    /** A chain of causes may be made to lead in a circle. */
    private static final int DEEPEST = 50;

    private final ArrayDeque<Known> latest = new ArrayDeque<>(2);

    synchronized void add(Throwable failure, Origin origin) {
        if (latest.size() == MOST) {
            latest.removeFirst();
        }
        latest.addLast(new Known(new WeakReference<>(failure), origin));
    }

    /** Whether this failure, or one in its chain of causes, came from there. */
    boolean has(Throwable failure, Origin origin) {
        Throwable t = failure;
        for (int depth = 0; t != null && depth < DEEPEST; depth++) {
            if (isKnown(t, origin)) {
                return true;
            }
            t = t.getCause();
        }
        return false;
    }

    private synchronized boolean isKnown(Throwable failure, Origin origin) {
        for (Iterator<Known> known = latest.descendingIterator(); known.hasNext();) {
            var k = known.next();
            if (k.failure.refersTo(failure)) {
                return k.origin == origin;
            }
        }
        return origin == Origin.PEER && isToldHere(failure);
    }

    /** Whether a worker process has told that this failure, or one in its chain of causes, came from the peer. */
    static boolean isTold(Throwable failure) {
        return new Origins().has(failure, Origin.PEER);
    }

    private static boolean isToldHere(Throwable failure) {
        return failure instanceof WorkerException e && e.causedByPeer();
    }
}
