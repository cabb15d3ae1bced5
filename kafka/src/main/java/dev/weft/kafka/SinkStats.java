package dev.weft.kafka;

/**
 * What a sink has done so far.
 *
 * @param sent messages that were handed to a producer; one that was sent again counts again
 * @param acknowledged messages that the brokers have
 * @param unacknowledged messages under way
 * @param refused messages that could not be sent as they were, and were dropped: see {@link Poison#skip}
 * @param producers how many producers there have been: one more than there were failures
 */
public record SinkStats(long sent, long acknowledged, long unacknowledged, long refused, long producers) {}
