package dev.weft.cli;

import dev.weft.message.Message;

/**
 * A type as somebody wrote it.
 *
 * @param text a name or a number
 * @param number what stands for it on the wire (SPEC PR-W4)
 */
record MessageType(String text, int number) {
    /**
     * Reads one.
     *
     * @param isNumber whether the text is a number, not a name
     * @throws IllegalArgumentException when it should be a number and is none, or out of range (SPEC PR-W5)
     */
    static MessageType read(String text, boolean isNumber) {
        return new MessageType(text, isNumber ? Math.toIntExact(integer("a type", Integer.SIZE, text)) : Message.type(text));
    }

    /** Reads an id, of 64 bits. */
    static long id(String text) {
        return integer("an id", Long.SIZE, text);
    }

    private static long integer(String what, int bits, String text) {
        if (!text.matches("[+-]?\\d+")) {
            throw new IllegalArgumentException("not a number: '" + text + "'");
        }
        var most = Long.MAX_VALUE >> (Long.SIZE - bits);
        try {
            var n = Long.parseLong(text);
            if (n >= -most - 1 && n <= most) {
                return n;
            }
        } catch (NumberFormatException e) {
            // Too long for a long: said below.
        }
        throw new IllegalArgumentException("%s is out of range: %s lies between %d and %d".formatted(text, what, -most - 1, most));
    }
}
