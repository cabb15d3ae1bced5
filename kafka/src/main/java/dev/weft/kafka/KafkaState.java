package dev.weft.kafka;

/** What a source, a sink or a pipeline does. */
public enum KafkaState {
    /** It has not been started. */
    NEW,
    /** It looks whether there is a broker. */
    CONNECTING,
    /** It works. While brokers are away, Kafka's clients wait for them in this state. */
    RUNNING,
    /** Something failed, {@link KafkaEnd#failure} says what; it begins again after a pause, and works as soon as something succeeds. */
    RETRYING,
    /** It takes no more, and waits for what is under way. */
    DRAINING,
    /** It is over. */
    ENDED
}
