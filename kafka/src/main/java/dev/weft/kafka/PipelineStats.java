package dev.weft.kafka;

/**
 * What a pipeline has done so far.
 *
 * @param consumed records whose transaction was committed
 * @param produced messages that these transactions wrote, dead letters too
 * @param transactions how many were committed
 * @param aborted how many were begun and failed
 * @param poison records among the consumed that could not be decoded, and were skipped or handed on; and tombstones where messages are values alone
 */
public record PipelineStats(long consumed, long produced, long transactions, long aborted, long poison) {}
