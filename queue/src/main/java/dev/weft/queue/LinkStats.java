package dev.weft.queue;

/**
 * What a link has done so far, over all its connections.
 *
 * @param connections how many there have been
 * @param sent messages that the system took from us; {@link Delivery#AT_LEAST_ONCE} counts a message that was sent again as often as it was sent
 * @param received messages that came in, without duplicates and those that were dropped
 * @param acknowledged messages that the peer has said are done; always 0 with {@link Delivery#AT_MOST_ONCE}
 * @param duplicates messages that came again and were dropped
 * @param refused messages that could not be sent as they were, and were dropped: see {@link LinkObserver#refused}
 * @param dropped messages that came in and were dropped: see {@link LinkObserver#dropped}
 */
public record LinkStats(long connections, long sent, long received, long acknowledged, long duplicates, long refused, long dropped) {}
