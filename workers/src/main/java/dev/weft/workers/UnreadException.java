package dev.weft.workers;

import java.io.EOFException;

/** The other process has ended and has not read the last message that it was sent. */
final class UnreadException extends EOFException {
    private static final long serialVersionUID = 1L;

    UnreadException() {
        super("the other process has ended with messages unread");
    }
}
