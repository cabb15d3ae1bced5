package dev.weft.message;

import java.io.IOException;

/** A client tried to connect as often as it may (SPEC PR-C2); the cause is the last try's failure. */
public final class RetriesExhaustedException extends IOException {
    private static final long serialVersionUID = 1;

    private final int limit;

    RetriesExhaustedException(int limit, Throwable cause) {
        super("Connection reach the max retry times[limit=" + limit + "]: " + cause.getMessage(), cause);
        this.limit = limit;
    }

    /** How often it was tried again after the first failure. */
    public int limit() {
        return limit;
    }
}
