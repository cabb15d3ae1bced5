package dev.weft.message;

import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;

/** Tells interrupts from other failures. */
final class Interrupts {
    private Interrupts() {}

    /** Whether a failure says that its thread was interrupted, in a wait or in I/O. A deadline that has passed is something else. */
    static boolean isInterrupt(Throwable failure) {
        return failure instanceof InterruptedException
                || (failure instanceof InterruptedIOException && !(failure instanceof SocketTimeoutException));
    }
}
