package dev.weft.rpc;

/**
 * What a client has done since it was opened, and what it does now; a snapshot. Counts only grow, but for the first.
 *
 * @param active calls that have not ended
 * @param begun calls begun; one that the transport makes again counts once
 * @param succeeded calls that ended with OK
 * @param failed calls that ended otherwise, cancelled ones too
 */
public record RpcClientStats(long active, long begun, long succeeded, long failed) {}
