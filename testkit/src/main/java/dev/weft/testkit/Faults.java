package dev.weft.testkit;

import java.time.Duration;

/**
 * What goes wrong on a connection, and how often; immutable.
 *
 * {@snippet :
 * var rough = Faults.none().fragmenting().delaying(Duration.ofMillis(2)).resetting(0.001);
 * }
 *
 * <p>An operation is a read or a write that moved bytes; chances are between 0 and 1 and hold for each by itself.
 *
 * @param longest the most bytes that one operation moves; {@link Integer#MAX_VALUE} for no such limit. Half of the operations of a
 *        fragmented connection move a single byte, the others anything up to this
 * @param fragmented whether operations are cut at all
 * @param delay the longest that an operation is held back; zero for not at all
 * @param delayed the chance that an operation is held back, for a random part of the delay
 * @param reset the chance that an operation finds the connection reset: both sides see it broken
 * @param stall the chance that the connection falls silent before an operation: nothing moves any more, in either direction, though
 *        neither side is told
 */
public record Faults(int longest, boolean fragmented, Duration delay, double delayed, double reset, double stall) {
    private static final Faults NONE = new Faults(Integer.MAX_VALUE, false, Duration.ZERO, 0, 0, 0);
    /** Often enough to be met, seldom enough for large transfers. */
    private static final double OFTEN = 0.05;

    /** Checks the numbers. */
    public Faults {
        if (longest < 1 || delay.isNegative()) {
            throw new IllegalArgumentException("operations of " + longest + " bytes, held back for " + delay);
        }
        for (var chance : new double[] {delayed, reset, stall}) {
            if (!(chance >= 0 && chance <= 1)) {
                throw new IllegalArgumentException("a chance of " + chance + " is not between 0 and 1");
            }
        }
    }

    /** A perfect network. */
    public static Faults none() {
        return NONE;
    }

    /** Reads and writes move a part of what they could, down to single bytes. */
    public Faults fragmenting() {
        return new Faults(longest, true, delay, delayed, reset, stall);
    }

    /** As {@link #fragmenting()}, and never more than so many bytes; 1 is a byte at a time. */
    public Faults fragmenting(int longest) {
        return new Faults(longest, true, delay, delayed, reset, stall);
    }

    /** One operation in twenty is held back, for up to this long. */
    public Faults delaying(Duration longest) {
        return delaying(OFTEN, longest);
    }

    /** Operations are held back with this chance, for up to this long. */
    public Faults delaying(double chance, Duration longest) {
        return new Faults(this.longest, fragmented, longest, chance, reset, stall);
    }

    /** Connections are reset, with this chance at each operation. */
    public Faults resetting(double chance) {
        return new Faults(longest, fragmented, delay, delayed, chance, stall);
    }

    /** Connections fall silent, with this chance at each operation. */
    public Faults stalling(double chance) {
        return new Faults(longest, fragmented, delay, delayed, reset, chance);
    }
}
