package dev.weft.queue;

/**
 * What a service has done so far, and what it has before it; of a {@link Pipeline}, the sums over its services.
 *
 * @param processed messages that it has finished with; of a source, times that it was asked
 * @param failed messages that it has skipped, and the one that ended it
 * @param waiting messages in its input now; 0 for a service without an input
 * @param threads threads that do its work now; 0 before it starts and when it has ended
 */
public record ServiceStats(long processed, long failed, int waiting, int threads) {}
