package dev.weft.kafka;

import java.io.IOException;

import dev.weft.queue.AckQueue;

/**
 * A queue between two stages of a pipeline, in memory or on Kafka; only the line that makes it differs.
 *
 * {@snippet :
 * var orders = inOneProcess
 *         ? Passage.<String>inMemory(1024)
 *         : Kafka.at("localhost:9092").topic("orders").group("billing").text().passage();
 * orders.start();
 * }
 *
 * <p>The stage before puts into {@link #in}, the stage behind takes out of {@link #out}. In memory, what was put in is acknowledged when
 * what was taken out is. On Kafka it is acknowledged when the brokers have it, as it can't be lost from then on.
 *
 * @param <T> the type of a message
 */
public sealed interface Passage<T> extends AutoCloseable {
    /** One that lies in memory, for so many messages. */
    static <T> Passage<T> inMemory(int capacity) {
        return new InMemory<>(new AckQueue<>(capacity));
    }

    /** Where messages go in. Ending it ends the passage in memory; on Kafka it ends the sink, once all is sent. */
    AckQueue<T> in();

    /** Where they come out. */
    AckQueue<T> out();

    /**
     * Begins to carry.
     *
     * @throws IOException when no broker answers: see {@link KafkaTopic#connectWithin}
     * @throws IllegalStateException when it was started before, and lies on Kafka
     */
    Passage<T> start() throws IOException;

    /** Ends it: in memory at once, on Kafka by closing the source and then the sink. Idempotent. */
    @Override
    void close();

    /**
     * In memory: both ends are one queue.
     *
     * @param <T> the type of a message
     * @param in the queue
     */
    record InMemory<T>(AckQueue<T> in) implements Passage<T> {
        @Override
        public AckQueue<T> out() {
            return in;
        }

        @Override
        public InMemory<T> start() {
            return this;
        }

        @Override
        public void close() {
            in.end();
        }
    }

    /**
     * On Kafka: a sink and a source.
     *
     * @param <T> the type of a message
     * @param sink where messages go in
     * @param source where they come out
     */
    record OnKafka<T>(KafkaSink<T> sink, KafkaSource<T> source) implements Passage<T> {
        @Override
        public AckQueue<T> in() {
            return sink.toSend();
        }

        @Override
        public AckQueue<T> out() {
            return source.received();
        }

        @Override
        public OnKafka<T> start() throws IOException {
            sink.start();
            try {
                source.start();
            } catch (IOException | RuntimeException e) {
                sink.close();
                throw e;
            }
            return this;
        }

        @Override
        public void close() {
            source.close();
            sink.close();
        }
    }
}
