package dev.weft.kafka;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import dev.weft.net.LifeState;
import dev.weft.net.support.Moments;
import dev.weft.net.support.SafeText;
import dev.weft.queue.AckQueue;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** What a source does with records that it can't decode. On its thread. */
final class Poisoned implements AutoCloseable {
    private final KafkaSettings settings;
    private @Nullable KafkaSink<KafkaMessage<byte[]>> deadLetters;
    private final LongAdder count = new LongAdder();

    Poisoned(KafkaSettings settings) {
        this.settings = settings;
    }

    enum Outcome {
        /** Somebody has it, and acknowledges it. */
        TAKEN,
        /** It was acknowledged, and is gone. */
        SKIPPED,
        /** Not in time. */
        NO_ROOM
    }

    /**
     * Does what the policy says.
     *
     * @throws IOException when the policy is to stop, or could not be followed
     */
    Outcome take(ConsumerRecord<byte[], byte[]> record, Exception why, Runnable done, long until) throws IOException, InterruptedException {
        var message = Records.message(record, record.value());
        switch (settings.poison) {
            case Poison.Stop() -> throw stopped(message, why);
            case Poison.Skip() -> {
                KafkaLog.skippedRecord(message, why);
                done.run();
                return Outcome.SKIPPED;
            }
            case Poison.Handled(var handler) -> {
                try {
                    handler.handle(message, why);
                } catch (Exception e) {
                    throw notHandled(message, why, e);
                }
                count.increment();
                done.run();
                return Outcome.TAKEN;
            }
            case Poison.DeadLetters(var topic) -> {
                if (!letters(topic).offer(labelled(message, why), done, Moments.until(settings.time, until).toNanos(), TimeUnit.NANOSECONDS)) {
                    return Outcome.NO_ROOM;
                }
                count.increment();
                return Outcome.TAKEN;
            }
        }
    }

    static IOException stopped(KafkaMessage<byte[]> message, Exception why) {
        return new IOException(SafeText.oneLine("cannot decode " + message + ": " + why) + " (Poison says what becomes of such)", why);
    }

    static IOException notHandled(KafkaMessage<byte[]> message, Exception why, Exception failure) {
        failure.addSuppressed(why);
        return new IOException(SafeText.oneLine("the handler of poison failed for " + message + ": " + failure), failure);
    }

    static KafkaMessage<byte[]> labelled(KafkaMessage<byte[]> message, Exception why) {
        var at = message.position().orElseThrow();
        return message.header("weft.topic", at.topic())
                .header("weft.partition", Integer.toString(at.partition()))
                .header("weft.offset", Long.toString(at.offset()))
                .header("weft.failure", why.toString());
    }

    private AckQueue<KafkaMessage<byte[]>> letters(String topic) throws IOException {
        var sink = deadLetters;
        if (sink == null) {
            var to = settings.copy();
            to.topics(List.of(topic));
            to.poison = Poison.stop();
            sink = KafkaSink.of(to.ofSink(), Records.whole(Records.BYTES), new AckQueue<>(settings.capacity, settings.time), true);
            sink.start();
            deadLetters = sink;
        }
        if (sink.state() == LifeState.ENDED) {
            throw sink.failure().orElseGet(() -> new IOException("the sink of dead letters has ended"));
        }
        return sink.toSend();
    }

    long count() {
        return count.sum();
    }

    @Override
    public void close() {
        if (deadLetters != null) {
            deadLetters.close();
        }
    }
}
