package dev.weft.kafka;

import java.time.Instant;

/**
 * Where a message was read, and its time.
 *
 * @param topic the topic
 * @param partition its partition, from 0
 * @param offset its place in the partition, from 0; not every number has a record
 * @param timestamp when it was made or written, as the topic is configured
 */
public record KafkaPosition(String topic, int partition, long offset, Instant timestamp) {
    @Override
    public String toString() {
        return "offset " + offset + " of " + topic + "-" + partition;
    }
}
