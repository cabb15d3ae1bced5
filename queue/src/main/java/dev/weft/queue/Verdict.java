package dev.weft.queue;

/** What becomes of a message whose work has failed. */
public enum Verdict {
    /** It is logged as an error (without the message itself), counted, and acknowledged; the service goes on. */
    SKIP,
    /** It is worked on again, after a pause that grows from 10 ms to 1 s. */
    RETRY,
    /** The service ends, {@link Service#failure} says why, and the message is not acknowledged. */
    STOP
}
