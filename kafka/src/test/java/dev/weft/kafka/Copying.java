package dev.weft.kafka;

import java.util.Optional;

import dev.weft.queue.Delivered;

/**
 * A stage as plain code: takes from a source, puts into a sink, and lets the acknowledgement of the one be that of the other. On a thread of its own.
 */
final class Copying {
    private Copying() {}

    static Thread start(KafkaSource<String> source, KafkaSink<String> sink) {
        return Thread.ofVirtual().start(() -> run(source, sink));
    }

    static void run(KafkaSource<String> source, KafkaSink<String> sink) {
        try {
            for (Optional<Delivered<String>> next = source.received().next(); next.isPresent(); next = source.received().next()) {
                var delivered = next.get();
                sink.toSend().put(delivered.message(), delivered::acknowledge);
            }
        } catch (InterruptedException | IllegalStateException e) {
            // The sink has ended before the source.
        }
    }
}
