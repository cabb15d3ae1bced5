package dev.weft.net.framing;

import java.net.ProtocolException;

/** The limits of framings, and what is said of a message that is over one. */
public final class FrameLimit {
    private FrameLimit() {}

    /**
     * The limit.
     *
     * @throws IllegalArgumentException when no message keeps to it
     */
    public static int check(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit(" + limit + "): at least 1 byte is needed");
        }
        return limit;
    }

    /** What came is over the limit. */
    public static ProtocolException exceeded(String what, long length, int limit) {
        var size = length < 0 ? "2^63 bytes or more" : length + " bytes";
        return new ProtocolException("%s of %s is over the limit of %d bytes".formatted(what, size, limit));
    }

    /** What is to be written is over the limit. */
    static IllegalArgumentException refused(String what, long length, int limit) {
        return new IllegalArgumentException("%s of %d bytes is over the limit of %d bytes".formatted(what, length, limit));
    }
}
