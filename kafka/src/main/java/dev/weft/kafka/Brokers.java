package dev.weft.kafka;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;

import dev.weft.net.support.Moments;
import dev.weft.net.support.SafeText;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;

/** What is asked of a cluster beside reading and writing. First, whether it is there: Kafka's clients would try for ever, and report nothing. */
final class Brokers {
    private Brokers() {}

    static String parse(List<String> brokers) {
        var all = new ArrayList<String>();
        for (var several : brokers) {
            for (var broker : several.split(",", -1)) {
                all.add(check(broker.strip()));
            }
        }
        if (all.isEmpty()) {
            throw new IllegalArgumentException("no broker: at least one is needed, such as localhost:9092");
        }
        return String.join(",", all);
    }

    private static String check(String broker) {
        int colon = broker.lastIndexOf(':');
        try {
            int port = Integer.parseInt(broker.substring(colon + 1));
            if (colon > 0 && port > 0 && port < 65_536) {
                return broker;
            }
        } catch (NumberFormatException e) {
            // Told below, as any other.
        }
        throw new IllegalArgumentException("'" + broker + "' is no broker's address: a host and a port are needed, such as localhost:9092");
    }

    /** Returns when a broker has answered, or it must stop. */
    static void reach(KafkaSettings settings, KafkaLife life) throws IOException {
        try (var admin = Admin.create(settings.admin())) {
            try {
                var until = Moments.in(life.time(), settings.connectWithin);
                var nodes = admin.describeCluster().nodes();
                var _ = nodes.whenComplete((answer, failure) -> life.changed().signal());
                if (!life.changed().waitFor(() -> nodes.isDone() || life.stopping(), until)) {
                    throw silent(settings, null);
                }
                if (nodes.isDone()) {
                    nodes.get();
                }
            } catch (ExecutionException e) {
                throw failed(settings, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while connecting to " + settings.where());
            } finally {
                admin.close(Duration.ZERO);
            }
        } catch (KafkaException e) {
            throw failed(settings, e);
        }
    }

    static long lag(KafkaSettings settings) throws IOException {
        try (var admin = Admin.create(settings.admin())) {
            var partitions = new ArrayList<TopicPartition>();
            admin.describeTopics(settings.topics()).allTopicNames().get().values()
                    .forEach(topic -> topic.partitions().forEach(p -> partitions.add(new TopicPartition(topic.name(), p.partition()))));
            var committed = admin.listConsumerGroupOffsets(settings.group()).partitionsToOffsetAndMetadata().get();
            var first = offsets(admin, partitions, OffsetSpec.earliest(), settings.isolation());
            var end = offsets(admin, partitions, OffsetSpec.latest(), settings.isolation());
            long lag = 0;
            for (var partition : partitions) {
                var below = committed.get(partition);
                lag += offset(end, partition) - (below == null ? offset(first, partition) : below.offset());
            }
            return lag;
        } catch (ExecutionException | KafkaException e) {
            throw failed(settings, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while asking " + settings.where());
        }
    }

    private static long offset(Map<TopicPartition, ListOffsetsResultInfo> of, TopicPartition partition) {
        return Objects.requireNonNull(of.get(partition)).offset();
    }

    private static Map<TopicPartition, ListOffsetsResultInfo> offsets(Admin admin, List<TopicPartition> of, OffsetSpec which,
            IsolationLevel isolation) throws ExecutionException, InterruptedException {
        var asked = new HashMap<TopicPartition, OffsetSpec>();
        of.forEach(partition -> asked.put(partition, which));
        return admin.listOffsets(asked, new ListOffsetsOptions(isolation)).all().get();
    }

    private static IOException silent(KafkaSettings settings, @Nullable Throwable cause) {
        return new IOException("cannot reach Kafka at " + settings.where() + ": no broker answered within " + settings.connectWithin.toMillis()
                + " ms (is it running, and is this its address?)", cause);
    }

    private static IOException failed(KafkaSettings settings, Exception failure) {
        var cause = failure instanceof ExecutionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof RetriableException
                ? silent(settings, cause)
                : new IOException("cannot use Kafka at " + settings.where() + ": " + reason(cause), cause);
    }

    /** The message of the innermost cause, which names the reason: "Failed to create new KafkaAdminClient" does not. */
    static String reason(Throwable failure) {
        var innermost = failure;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        var words = innermost.getMessage();
        return words == null ? innermost.getClass().getSimpleName() : SafeText.oneLine(words);
    }
}
