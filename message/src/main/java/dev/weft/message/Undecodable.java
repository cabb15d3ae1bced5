package dev.weft.message;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;

/**
 * The latest failures to understand a payload. A hook that lets such a failure out has done nothing wrong: its peer has. It keeps no failure alive.
 */
final class Undecodable {
    /** How many are remembered: a failure is asked about within microseconds, but many connections may fail meanwhile. */
    private static final int MOST = 256;
    /** A chain of causes may be made to lead in a circle. */
    private static final int DEEPEST = 50;

    private static final ArrayDeque<WeakReference<Throwable>> LATEST = new ArrayDeque<>(2);

    private Undecodable() {}

    /** Remembers it, and returns it to be thrown. */
    static IOException note(IOException failure) {
        synchronized (LATEST) {
            if (LATEST.size() == MOST) {
                LATEST.removeFirst();
            }
            LATEST.addLast(new WeakReference<>(failure));
        }
        return failure;
    }

    /** Whether a failure is one of those, or has one in its chain of causes. */
    static boolean caused(Throwable failure) {
        synchronized (LATEST) {
            if (LATEST.isEmpty()) {
                return false;
            }
            Throwable t = failure;
            for (int depth = 0; t != null && depth < DEEPEST; depth++) {
                if (isKnown(t)) {
                    return true;
                }
                t = t.getCause();
            }
            return false;
        }
    }

    private static boolean isKnown(Throwable failure) {
        for (var known : LATEST) {
            if (known.refersTo(failure)) {
                return true;
            }
        }
        return false;
    }
}
