package dev.weft.queue;

/** What passes between two links that deliver at least once, when both have said {@link Hello}. */
sealed interface Frame {
    /** A message; numbers count up by one within a stream. */
    @SuppressWarnings("ArrayRecordComponent") // frames are never compared, and the bytes are nobody else's
    record Message(long number, byte[] body) implements Frame {}

    /** All messages of the stream up to this one are done. */
    record Acknowledgement(long number) implements Frame {}

    /** The number of the message that is wanted next: the receiver's answer to a hello. */
    record Resume(long number) implements Frame {}

    /** Says that this end is still there. */
    record Ping() implements Frame {}
}
