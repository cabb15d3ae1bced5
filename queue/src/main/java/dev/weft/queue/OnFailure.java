package dev.weft.queue;

/**
 * Decides what becomes of a message whose work has failed.
 *
 * @param <I> the type of a message
 */
@FunctionalInterface
public interface OnFailure<I> {
    /**
     * On the thread that worked on the message. What it throws ends the service.
     *
     * @param message the message that was worked on; null for a source, which has no input
     */
    Verdict verdict(I message, Exception failure) throws InterruptedException;
}
