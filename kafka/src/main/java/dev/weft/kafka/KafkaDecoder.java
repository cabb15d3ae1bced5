package dev.weft.kafka;

/**
 * What the bytes of a record's value mean.
 *
 * @param <T> the type of a message
 */
@FunctionalInterface
public interface KafkaDecoder<T> {
    /**
     * The message in these bytes.
     *
     * @throws Exception when there is none: {@link KafkaTopic#poison} says what becomes of the record
     */
    T decode(byte[] value) throws Exception;
}
