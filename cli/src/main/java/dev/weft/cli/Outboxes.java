package dev.weft.cli;

import dev.weft.net.Outbox;

/** The words of {@code --outbox}: {@code block}, {@code drop-oldest}, {@code disconnect}, each perhaps with {@code :N} messages. */
final class Outboxes {
    private static final int MESSAGES = 1_024;

    private Outboxes() {}

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException for another word, or a number below 1
     */
    static Outbox parse(String word) {
        var colon = word.indexOf(':');
        var messages = colon < 0 ? MESSAGES : Arguments.number(word.substring(colon + 1));
        if (messages < 1) {
            throw new IllegalArgumentException("an outbox of " + messages + " messages holds none");
        }
        return switch (colon < 0 ? word : word.substring(0, colon)) {
            case "block" -> Outbox.blocking(messages);
            case "drop-oldest" -> Outbox.droppingOldest(messages);
            case "disconnect" -> Outbox.disconnecting(messages);
            default -> throw new IllegalArgumentException("no such outbox: '" + word
                    + "' (block, drop-oldest or disconnect, perhaps with :N messages)");
        };
    }
}
