package dev.weft.net;

/**
 * What a server has done since it was opened, and what it does now; a snapshot. Counts only grow, but for {@code active}.
 *
 * @param active connections or datagrams whose handlers have not ended
 * @param accepted connections admitted, or datagrams handed to handlers
 * @param rejected connections refused: past a limit, or by verify
 * @param evicted connections that had to make room for others
 * @param failed handlers that threw
 * @param dropped datagrams that found too many in flight, or that verify refused
 * @param acceptFailures errors while accepting or receiving
 * @param bytesIn bytes received so far, open connections included; those of a worker process are added when its request has ended
 * @param bytesOut bytes sent so far, likewise
 * @param tooSlow connections that were dropped because they did not take in time what a {@link Group} sent them
 * @param undelivered messages of groups that the {@link Outbox} of a connection dropped
 */
public record ServerStats(long active, long accepted, long rejected, long evicted, long failed, long dropped, long acceptFailures,
        long bytesIn, long bytesOut, long tooSlow, long undelivered) {}
