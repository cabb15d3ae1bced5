package dev.weft.rpc;

/**
 * How a call ended: gRPC's codes, with the meanings that its documentation gives them. (SPEC RPC-15).
 */
public enum Status {
    /** It did what was asked. */
    OK,
    /** Somebody, mostly the caller, called it off. */
    CANCELLED,
    /** It failed, and nobody said how; a service's method that throws ends so. */
    UNKNOWN,
    /** The request is wrong, whatever the state of the system. */
    INVALID_ARGUMENT,
    /** The time for it was over; it may have been done all the same. */
    DEADLINE_EXCEEDED,
    /** What was asked for is not there. */
    NOT_FOUND,
    /** What was to be made is there already. */
    ALREADY_EXISTS,
    /** The caller is known, and may not. */
    PERMISSION_DENIED,
    /** A limit was reached: calls at once, the size of a message, a quota. */
    RESOURCE_EXHAUSTED,
    /** The system is not in a state for it; trying again does not help until that is mended. */
    FAILED_PRECONDITION,
    /** It was given up for another one's sake; the whole transaction may be tried again. */
    ABORTED,
    /** It went past the valid range. */
    OUT_OF_RANGE,
    /** There is no such method here. */
    UNIMPLEMENTED,
    /** Something that the system relies on is broken. */
    INTERNAL,
    /** The server can't be reached, or is going away; the same call may be tried again. */
    UNAVAILABLE,
    /** Data is lost for good. */
    DATA_LOSS,
    /** The caller has not proved who it is. */
    UNAUTHENTICATED;

    private static final Status[] BY_NUMBER = values();

    /** The number on the wire. */
    @SuppressWarnings("EnumOrdinal") // gRPC counts them in this order
    public int number() {
        return ordinal();
    }

    /**
     * The code of a number on the wire.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static Status of(int number) {
        if (number < 0 || number >= BY_NUMBER.length) {
            throw new IllegalArgumentException("gRPC's statuses go from 0 to " + (BY_NUMBER.length - 1) + ", not " + number);
        }
        return BY_NUMBER[number];
    }
}
