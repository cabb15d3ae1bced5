package dev.weft.rpc;

/**
 * What a server has done since it was started, and what it does now; a snapshot. Counts only grow, but for the first two.
 *
 * @param connections connections that stand
 * @param active calls that have not ended
 * @param begun calls let in
 * @param succeeded calls that ended with OK, as far as this side knows
 * @param failed calls that ended otherwise
 * @param rejected calls turned away: too many at once, or the server was being closed
 */
public record RpcStats(long connections, long active, long begun, long succeeded, long failed, long rejected) {}
