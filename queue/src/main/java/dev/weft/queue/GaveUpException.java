package dev.weft.queue;

import java.io.IOException;

/** There is no connection to be had. */
final class GaveUpException extends Exception {
    private static final long serialVersionUID = 1;

    final transient IOException why;

    GaveUpException(IOException why) {
        super(why);
        this.why = why;
    }
}
