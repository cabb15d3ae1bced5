package dev.weft.kafka;

/**
 * What a source has done so far.
 *
 * @param received messages that were put into its queue; one that came again counts again
 * @param acknowledged how many of them were acknowledged while their partition was ours
 * @param unacknowledged how many of them are under way
 * @param skipped records passed over: poison under {@link Poison#skip}, and tombstones where messages are values alone
 * @param deadLetters poison that was handed to a topic or a handler
 * @param partitions how many partitions are ours
 * @param rebalances how often partitions came or went
 */
public record SourceStats(long received, long acknowledged, long unacknowledged, long skipped, long deadLetters, int partitions, long rebalances) {}
