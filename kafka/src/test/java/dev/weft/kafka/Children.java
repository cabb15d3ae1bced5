package dev.weft.kafka;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

import dev.weft.queue.Services;

/** Processes that tests start in order to kill them. Each says on its standard output what a test waits for. */
final class Children {
    private Children() {}

    static KafkaSource<String> source(String broker, String topic, String group) {
        return Kafka.at(broker).topic(topic).group(group).text().commitEvery(Duration.ofMillis(50))
                .property("session.timeout.ms", "2000").property("heartbeat.interval.ms", "300").source();
    }

    /** Copies a topic to another until it is killed; says how many the other has. */
    static final class Copier {
        public static void main(String[] args) throws Exception {
            BrokerProcess.endWithParent();
            var source = source(args[0], args[1], args[2]).start();
            var sink = Kafka.at(args[0]).topic(args[3]).text().key(Numbered::key).sink().start();
            for (var next = source.received().next(); next.isPresent(); next = source.received().next()) {
                var delivered = next.get();
                sink.toSend().put(delivered.message(), () -> {
                    delivered.acknowledge();
                    System.out.println("copied " + delivered.message());
                });
            }
        }
    }

    /** Writes numbered messages until it is killed; says which are acknowledged. */
    static final class Producer {
        public static void main(String[] args) throws Exception {
            BrokerProcess.endWithParent();
            var sink = Kafka.at(args[0]).topic(args[1]).text().key(Numbered::key).sink().start();
            for (int i = 0;; i++) {
                var message = Numbered.message(i);
                sink.toSend().put(message, () -> System.out.println("acknowledged " + message));
            }
        }
    }

    /**
     * An exactly-once copy of a topic to another until it is killed; says what went through the stage, within its transaction. Its group would miss
     * it after five minutes.
     */
    static final class Transactor {
        public static void main(String[] args) throws Exception {
            BrokerProcess.endWithParent();
            var kafka = Kafka.at(args[0]);
            var from = kafka.topic(args[1]).group(args[2]).text().commitEvery(Duration.ofMillis(50))
                    .property("session.timeout.ms", "300000").property("heartbeat.interval.ms", "300");
            KafkaPipeline.exactlyOnce(args[4], from, kafka.topic(args[3]).text().key(Numbered::key), (message, out) -> {
                out.accept(message);
                System.out.println("processed " + message);
                // So that it is in mid-stream when it is killed.
                LockSupport.parkNanos(100_000);
            }).start().join();
        }
    }

    /** Copies a topic to another, and ends in good order when it is asked to; says which message is begun, and goes on when it is told to. */
    static final class Drainer {
        public static void main(String[] args) throws Exception {
            var limit = Duration.ofSeconds(30);
            var source = source(args[0], args[1], args[2]).drainOnExit(limit).start();
            var sink = Kafka.at(args[0]).topic(args[3]).text().key(Numbered::key).sink().drainOnExit(limit).start();
            var told = new CountDownLatch(1);
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    System.in.read();
                } catch (IOException e) {
                    // The parent is gone.
                }
                told.countDown();
            });
            Services.map("copy", source.received(), sink.toSend(), (String message) -> {
                System.out.println("begun " + message);
                told.await();
                return message;
            }).drainOnExit(limit).start();
            source.join();
        }
    }
}
