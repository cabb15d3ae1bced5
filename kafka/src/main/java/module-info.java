/**
 * Topics of Apache Kafka where queues were: what is taken out of one is acknowledged when its work is done, and what is put into one is acknowledged
 * when the brokers have it.
 *
 * <p>Start at {@link dev.weft.kafka.Kafka}.
 */
@org.jspecify.annotations.NullMarked module dev.weft.kafka {
    requires static com.google.errorprone.annotations;
    requires static org.jspecify;
    requires transitive dev.weft.queue;
    requires kafka.clients;

    exports dev.weft.kafka;
}
