package dev.weft.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

import dev.weft.net.Backoff;
import dev.weft.net.TimeSource;
import dev.weft.queue.AckQueue;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What the builders gather, and the properties that Kafka's clients make of it. */
final class KafkaSettings {
    /** Ours, with what says them instead. */
    private static final Map<String, String> TAKEN = Map.ofEntries(
            Map.entry("bootstrap.servers", "Kafka.at(...)"),
            Map.entry("group.id", "group(...)"),
            Map.entry("enable.auto.commit", "commitEvery(...): only what is acknowledged is committed"),
            Map.entry("key.serializer", "messages() or key(...)"),
            Map.entry("key.deserializer", "messages()"),
            Map.entry("value.serializer", "codec(...)"),
            Map.entry("value.deserializer", "codec(...)"),
            Map.entry("acks", "nothing: a sink acknowledges what all replicas in sync have"),
            Map.entry("enable.idempotence", "nothing: a sink's producer is idempotent"),
            Map.entry("transactional.id", "KafkaPipeline.exactlyOnce(id, ...)"),
            Map.entry("delivery.timeout.ms", "deliverWithin(...)"));
    private static final int LONGEST_NAME = 249;
    private static final String READ_COMMITTED = "read_committed";

    private final String servers;
    private final Map<String, String> properties = new TreeMap<>();
    private List<String> topics = List.of();
    private String group = "";
    int capacity = AckQueue.DEFAULT_CAPACITY;
    int unacknowledged = 10_000;
    Duration commitEvery = Duration.ofMillis(500);
    Duration connectWithin = Duration.ofSeconds(10);
    Duration deliverWithin = Duration.ofSeconds(30);
    Backoff retry = Backoff.exponential(Duration.ofMillis(100), Duration.ofSeconds(30));
    Poison poison = Poison.stop();
    Duration grace = Duration.ofSeconds(1);
    TimeSource time = TimeSource.system();

    KafkaSettings(String servers) {
        this.servers = servers;
    }

    KafkaSettings copy() {
        var copy = new KafkaSettings(servers);
        copy.properties.putAll(properties);
        copy.topics = topics;
        copy.group = group;
        copy.capacity = capacity;
        copy.unacknowledged = unacknowledged;
        copy.commitEvery = commitEvery;
        copy.connectWithin = connectWithin;
        copy.deliverWithin = deliverWithin;
        copy.retry = retry;
        copy.poison = poison;
        copy.grace = grace;
        copy.time = time;
        return copy;
    }

    void property(String name, String value) {
        var instead = TAKEN.get(name);
        if (instead != null) {
            throw new IllegalArgumentException("the property " + name + " is set by this module; instead of it say " + instead);
        }
        properties.put(name, value);
    }

    void topics(List<String> names) {
        if (names.isEmpty()) {
            throw new IllegalArgumentException("topic(): at least one name is needed");
        }
        names.forEach(KafkaSettings::checkTopic);
        topics = List.copyOf(names);
    }

    void group(String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("group(\"" + name + "\"): a consumer group needs a name");
        }
        group = name;
    }

    /** As org.apache.kafka.common.internals.Topic has it, which is not public. Members that are known by a name have one of this kind, too. */
    private static boolean isName(String name) {
        return !name.isEmpty() && name.length() <= LONGEST_NAME && !name.equals(".") && !name.equals("..")
                && name.chars().allMatch(c -> (c < 128 && Character.isLetterOrDigit(c)) || c == '.' || c == '_' || c == '-');
    }

    /** Told here, at the line that has the mistake. */
    private static void checkTopic(String name) {
        if (!isName(name)) {
            throw new IllegalArgumentException("no topic can have the name '" + name + "': letters, digits, '.', '_' and '-', "
                    + LONGEST_NAME + " at most");
        }
    }

    KafkaSettings ofSource() {
        if (group.isEmpty()) {
            throw new IllegalStateException("a source of " + topics + " needs a consumer group: say .group(\"its name\") first");
        }
        return copy();
    }

    KafkaSettings ofSink() {
        topic();
        if (poison instanceof Poison.DeadLetters || poison instanceof Poison.Handled) {
            throw new IllegalStateException("a message that can't be written has no bytes to hand to " + poison
                    + ": a sink takes Poison.stop() or Poison.skip()");
        }
        return copy();
    }

    String topic() {
        if (topics.size() != 1) {
            throw new IllegalStateException("a sink writes to one topic, not to " + topics);
        }
        return topics.getFirst();
    }

    List<String> topics() {
        return topics;
    }

    String group() {
        return group;
    }

    /** What its consumers see of transactions that are not committed. */
    IsolationLevel isolation() {
        return properties.getOrDefault(ConsumerConfig.ISOLATION_LEVEL_CONFIG, READ_COMMITTED).equalsIgnoreCase(READ_COMMITTED)
                ? IsolationLevel.READ_COMMITTED
                : IsolationLevel.READ_UNCOMMITTED;
    }

    String where() {
        return servers;
    }

    String what() {
        return (topics.size() == 1 ? topics.getFirst() : topics.toString()) + " at " + servers;
    }

    Map<String, Object> consumer() {
        var all = ours(ConsumerConfig.configNames());
        all.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        all.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        all.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        all.putIfAbsent(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        all.putIfAbsent(ConsumerConfig.ISOLATION_LEVEL_CONFIG, READ_COMMITTED);
        all.putIfAbsent(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, Math.min(ConsumerConfig.DEFAULT_MAX_POLL_RECORDS, capacity));
        // With group.protocol=consumer the brokers assign, and to say how is an error.
        if (!brokersAssign()) {
            all.putIfAbsent(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        }
        return all;
    }

    /**
     * The consumer of a pipeline that has an id of its own, under which it is known to its group as well (KIP-345): when it begins again after a kill
     * it is given its partitions at once, instead of waiting until the group has missed the one before. The protocol in which the brokers assign
     * (KIP-848) refuses a name whose last holder has not left; there it goes without.
     */
    Map<String, Object> consumer(String transactionalId) {
        var all = consumer();
        if (knownByName()) {
            all.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, isName(transactionalId)
                    ? transactionalId
                    : UUID.nameUUIDFromBytes(transactionalId.getBytes(StandardCharsets.UTF_8)).toString());
        }
        return all;
    }

    /** Whether this module says which member of its group a pipeline with an id is; else the user has said it, or nobody may. */
    boolean knownByName() {
        return !brokersAssign() && !properties.containsKey(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
    }

    private boolean brokersAssign() {
        return "consumer".equalsIgnoreCase(properties.get(ConsumerConfig.GROUP_PROTOCOL_CONFIG));
    }

    Map<String, Object> producer() {
        var all = ours(ProducerConfig.configNames());
        int within = (int) Math.min(deliverWithin.toMillis(), Integer.MAX_VALUE);
        all.put(ProducerConfig.ACKS_CONFIG, "all");
        all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        all.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        all.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, within);
        // A request that is lost leaves time for others before the delivery is given up.
        all.putIfAbsent(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.clamp(within / 3, 1, 10_000));
        all.putIfAbsent(ProducerConfig.MAX_BLOCK_MS_CONFIG, within);
        if (within < 50) {
            // Else linger and request together are longer than the delivery may be, which Kafka refuses.
            all.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, 0);
        }
        return all;
    }

    Map<String, Object> producer(String transactionalId) {
        var all = producer();
        all.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        // Kafka's minute is how long those behind us would wait when we are killed.
        all.putIfAbsent(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 15_000);
        return all;
    }

    Map<String, Object> admin() {
        var all = ours(AdminClientConfig.configNames());
        int within = (int) Math.min(connectWithin.toMillis(), Integer.MAX_VALUE);
        all.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, within);
        all.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, within);
        return all;
    }

    /** What was said by the user and this client understands. Kafka warns of a property that it doesn't know, in the log of each client. */
    private Map<String, Object> ours(Set<String> known) {
        var all = new HashMap<String, Object>();
        properties.forEach((name, value) -> {
            if (known.contains(name) || !knownToAnother(name)) {
                all.put(name, value);
            }
        });
        all.put("bootstrap.servers", servers);
        return all;
    }

    private static boolean knownToAnother(String name) {
        return ConsumerConfig.configNames().contains(name) || ProducerConfig.configNames().contains(name)
                || AdminClientConfig.configNames().contains(name);
    }

    static int atLeastOne(int number, String what) {
        if (number < 1) {
            throw new IllegalArgumentException(what + "(" + number + "): at least 1 is needed");
        }
        return number;
    }

    static Duration positive(Duration duration, String name) {
        if (duration.toMillis() < 1) {
            throw new IllegalArgumentException(name + "(" + duration + "): at least 1 ms is needed");
        }
        return duration;
    }
}
