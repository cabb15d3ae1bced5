package dev.weft.net;

import java.time.Duration;

/**
 * What may wait in front of a slow receiver of a {@link Group}, and what happens past it. Immutable.
 *
 * <p>The bound holds for each member of each group by itself. A member to whom nothing can be sent for its connection's write deadline (30 s
 * by default) is dropped under every policy.
 *
 * @param overflow what happens to the message that does not fit
 * @param messages how many may wait, at least 1
 * @param bytes how many bytes may wait, at least 1; a single longer message is taken when no other waits
 * @param patience DISCONNECT: how long a full member may take nothing at all before it is dropped, its messages being dropped meanwhile (zero, the
 *        default: at once); BLOCK: how long the sender waits for a full member before that one is dropped. No meaning elsewhere
 */
public record Outbox(Overflow overflow, int messages, int bytes, Duration patience) {
    private static final int DEFAULT_BYTES = 1 << 20;

    /** What happens to the message that does not fit. */
    public enum Overflow {
        /** The oldest waiting messages make room: for states, where only the newest matters. */
        DROP_OLDEST,
        /** The new message is not sent to this member. */
        DROP_NEWEST,
        /** The member is disconnected. */
        DISCONNECT,
        /** The sender waits: nothing is lost, and one slow member slows all; the patience bounds it. */
        BLOCK
    }

    /** Checks the numbers. */
    public Outbox {
        if (messages < 1 || bytes < 1 || patience.isNegative()) {
            throw new IllegalArgumentException("an outbox of " + messages + " messages, " + bytes + " bytes, patience " + patience);
        }
    }

    /** The oldest make room. */
    public static Outbox droppingOldest(int messages) {
        return new Outbox(Overflow.DROP_OLDEST, messages, DEFAULT_BYTES, Duration.ZERO);
    }

    /** The new one is dropped. */
    public static Outbox droppingNewest(int messages) {
        return new Outbox(Overflow.DROP_NEWEST, messages, DEFAULT_BYTES, Duration.ZERO);
    }

    /** The member is dropped. */
    public static Outbox disconnecting(int messages) {
        return new Outbox(Overflow.DISCONNECT, messages, DEFAULT_BYTES, Duration.ZERO);
    }

    /** The sender waits, 30 s at most. */
    public static Outbox blocking(int messages) {
        return new Outbox(Overflow.BLOCK, messages, DEFAULT_BYTES, Duration.ofSeconds(30));
    }

    /** The same with another bound in bytes; default 1 MiB. */
    public Outbox bytes(int bytes) {
        return new Outbox(overflow, messages, bytes, patience);
    }

    /** The same with another patience. */
    public Outbox patience(Duration patience) {
        return new Outbox(overflow, messages, bytes, patience);
    }
}
