package dev.weft.queue;

/**
 * What a watchdog has done so far.
 *
 * @param watched what it watches now: threads, services, links and others
 * @param looks how often it has looked at all of them
 * @param deaths how many it has found that were not alive; with the first, the watch ends
 */
public record WatchDogStats(int watched, long looks, long deaths) {}
