package dev.weft.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.awaitility.Awaitility;

/**
 * A real broker of Apache Kafka, or several as a cluster, each in a JVM of its own: it can be killed, and started again on its directory and port. A
 * node is broker and controller at once (KRaft).
 */
final class Broker implements AutoCloseable {
    static final Duration START = Duration.ofSeconds(60);

    private final List<Node> nodes;

    /** One node, which all tests that break nothing share; it ends with this JVM. */
    static Broker shared() {
        return Shared.BROKER;
    }

    private static final class Shared {
        static final Broker BROKER = start(1);

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(BROKER::close));
        }
    }

    /** A cluster of so many nodes, ready. */
    static Broker start(int nodes) {
        try {
            var broker = new Broker(nodes);
            try {
                broker.awaitReady();
            } catch (RuntimeException | Error e) {
                broker.close();
                throw e;
            }
            return broker;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Broker(int count) throws IOException {
        var ports = freePorts(2 * count);
        var voters = new ArrayList<String>();
        for (int n = 1; n <= count; n++) {
            voters.add(n + "@127.0.0.1:" + ports[count + n - 1]);
        }
        var all = new ArrayList<Node>();
        for (int n = 1; n <= count; n++) {
            all.add(new Node(n, count, ports[n - 1], ports[count + n - 1], String.join(",", voters)));
        }
        nodes = List.copyOf(all);
        for (var node : nodes) {
            node.start();
        }
    }

    private static int[] freePorts(int count) throws IOException {
        var sockets = new ArrayList<ServerSocket>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1")));
            }
            return sockets.stream().mapToInt(ServerSocket::getLocalPort).toArray();
        } finally {
            for (var socket : sockets) {
                socket.close();
            }
        }
    }

    /** Where its clients connect. */
    String address() {
        return String.join(",", nodes.stream().map(n -> "127.0.0.1:" + n.port).toList());
    }

    Kafka kafka() {
        return Kafka.at(address());
    }

    Node node(int number) {
        return nodes.get(number - 1);
    }

    /** Waits until every node that lives has joined. */
    void awaitReady() {
        var living = nodes.stream().filter(n -> n.process.isAlive()).count();
        try (var admin = admin()) {
            Awaitility.await().atMost(START).pollInterval(Duration.ofMillis(100)).ignoreExceptions().until(() -> {
                if (nodes.stream().filter(n -> n.process.isAlive()).count() < living) {
                    throw new AssertionError("a broker has ended:\n" + nodes.stream().map(Node::log).toList());
                }
                return admin.describeCluster().nodes().get(2, TimeUnit.SECONDS).size() == living;
            });
        }
    }

    /** Makes a topic, which has a leader for each partition when this returns. */
    void topic(String name, int partitions) throws Exception {
        try (var admin = admin()) {
            admin.createTopics(List.of(new NewTopic(name, partitions, (short) Math.min(nodes.size(), 3)))).all().get(20, TimeUnit.SECONDS);
            Awaitility.await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> admin.describeTopics(List.of(name)).allTopicNames()
                    .get(2, TimeUnit.SECONDS).get(name).partitions().stream().allMatch(p -> p.leader() != null));
        }
    }

    /** What the group has committed, by partition. */
    Map<Integer, Long> committed(String group, String topic) throws Exception {
        try (var admin = admin()) {
            var offsets = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get(10, TimeUnit.SECONDS);
            var byPartition = new TreeMap<Integer, Long>();
            offsets.forEach((partition, offset) -> {
                if (partition.topic().equals(topic) && offset != null) {
                    byPartition.put(partition.partition(), offset.offset());
                }
            });
            return byPartition;
        }
    }

    /** All records of a topic up to its end now, as who reads committed ones sees them, in the order of each partition. */
    List<KafkaMessage<String>> read(String topic) {
        var properties = Map.<String, Object>of("bootstrap.servers", address(), "isolation.level", "read_committed");
        var messages = new ArrayList<KafkaMessage<String>>();
        try (var consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            var partitions = consumer.partitionsFor(topic).stream().map(p -> new TopicPartition(topic, p.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var ends = consumer.endOffsets(partitions);
            var until = System.nanoTime() + START.toNanos();
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
                if (System.nanoTime() - until > 0) {
                    throw new AssertionError("cannot read " + topic + " up to " + ends + "; a transaction is open?");
                }
                for (var record : consumer.poll(Duration.ofMillis(100))) {
                    var value = record.value();
                    messages.add(Records.message(record, value == null ? null : new String(value, StandardCharsets.UTF_8)));
                }
            }
        }
        return messages;
    }

    Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", address(), "default.api.timeout.ms", 20_000, "request.timeout.ms", 5_000));
    }

    @Override
    public void close() {
        nodes.forEach(Node::close);
    }

    /** One process, and the directory it keeps. */
    static final class Node implements AutoCloseable {
        final int port;
        private final String clusterId = "MkU3OEVBNTcwNTJENDM2Qg";
        private final Path directory;
        private volatile Process process;

        private Node(int id, int count, int port, int controllerPort, String voters) throws IOException {
            this.port = port;
            directory = Files.createTempDirectory("weft-kafka-");
            int replicas = Math.min(count, 3);
            Files.writeString(directory.resolve("server.properties"), """
                    process.roles=broker,controller
                    node.id=%d
                    controller.quorum.voters=%s
                    listeners=PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d
                    advertised.listeners=PLAINTEXT://127.0.0.1:%d
                    controller.listener.names=CONTROLLER
                    log.dirs=%s
                    default.replication.factor=%d
                    min.insync.replicas=%d
                    offsets.topic.replication.factor=%d
                    offsets.topic.num.partitions=4
                    transaction.state.log.replication.factor=%d
                    transaction.state.log.min.isr=%d
                    transaction.state.log.num.partitions=4
                    share.coordinator.state.topic.replication.factor=%d
                    share.coordinator.state.topic.num.partitions=1
                    num.partitions=4
                    group.initial.rebalance.delay.ms=0
                    group.min.session.timeout.ms=1000
                    transaction.abort.timed.out.transaction.cleanup.interval.ms=500
                    log.cleaner.dedupe.buffer.size=4194304
                    num.network.threads=2
                    num.io.threads=2
                    num.recovery.threads.per.data.dir=1
                    controlled.shutdown.enable=false
                    broker.heartbeat.interval.ms=500
                    broker.session.timeout.ms=2000
                    """.formatted(id, voters, port, controllerPort, port, directory.resolve("log"), replicas, Math.max(1, replicas - 1), replicas,
                    replicas, Math.max(1, replicas - 1), replicas));
        }

        void start() throws IOException {
            process = Jvm.start(directory.resolve("broker.log"), List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
                    BrokerProcess.class, directory.resolve("server.properties").toString(), clusterId);
        }

        boolean isAlive() {
            return process.isAlive();
        }

        /** SIGKILL. */
        void kill() {
            process.destroyForcibly();
            try {
                process.waitFor(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        String log() {
            try {
                return Files.readString(directory.resolve("broker.log"));
            } catch (IOException e) {
                return e.toString();
            }
        }

        @Override
        public void close() {
            kill();
            try (var files = Files.walk(directory)) {
                files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
            } catch (IOException | UncheckedIOException e) {
                // The next clearing of temporary files takes it.
            }
        }
    }
}
