package dev.weft.workers;

import java.io.EOFException;

/** The other process is gone, and has not read the last that it was sent. */
final class UnreadException extends EOFException {
    private static final long serialVersionUID = 1L;

    UnreadException() {
        super("the other process is gone, with messages unread");
    }
}
