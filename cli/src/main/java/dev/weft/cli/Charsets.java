package dev.weft.cli;

import java.nio.charset.Charset;

/** Charsets by their names. */
final class Charsets {
    private Charsets() {}

    /**
     * The one of this name.
     *
     * @throws IllegalArgumentException when there is none
     */
    static Charset named(String name) {
        try {
            return Charset.forName(name);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("no such charset: '" + name + "'", e);
        }
    }
}
