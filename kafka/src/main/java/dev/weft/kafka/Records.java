package dev.weft.kafka;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** How messages lie in records. */
interface Records<T> {
    Records<byte[]> BYTES = of(bytes -> bytes, bytes -> bytes);

    T read(ConsumerRecord<byte[], byte[]> record) throws Exception;

    ProducerRecord<byte[], byte[]> write(String topic, T message);

    /** Whether {@link #read} knows what a record without a value is. */
    boolean readsTombstones();

    static <T> Records<T> of(KafkaDecoder<T> decode, Function<? super T, byte[]> encode) {
        return new Records<>() {
            @Override
            public T read(ConsumerRecord<byte[], byte[]> record) throws Exception {
                return Objects.requireNonNull(decode.decode(record.value()), "the decoder's null");
            }

            @Override
            public ProducerRecord<byte[], byte[]> write(String topic, T message) {
                return new ProducerRecord<>(topic, Objects.requireNonNull(encode.apply(message), "the encoder's null"));
            }

            @Override
            public boolean readsTombstones() {
                return false;
            }
        };
    }

    /** Key and headers of a message come before those that {@code values} writes. */
    static <T> Records<KafkaMessage<T>> whole(Records<T> values) {
        return new Records<>() {
            @Override
            public KafkaMessage<T> read(ConsumerRecord<byte[], byte[]> record) throws Exception {
                return message(record, tombstone(record) ? null : values.read(record));
            }

            @Override
            public ProducerRecord<byte[], byte[]> write(String topic, KafkaMessage<T> message) {
                var plain = message.isTombstone()
                        ? new ProducerRecord<byte[], byte[]>(topic, null)
                        : values.write(topic, message.value());
                var record = keyed(plain, message.key().orElse(plain.key()));
                message.headers().forEach(h -> record.headers().add(h.name(), h.value()));
                return record;
            }

            @Override
            public boolean readsTombstones() {
                return true;
            }
        };
    }

    static <T> Records<T> keyed(Records<T> records, Function<? super T, byte[]> key) {
        return new Written<>(records, (message, record) -> keyed(record, key.apply(message)));
    }

    static <T> Records<T> headed(Records<T> records, Function<? super T, KafkaHeader> header) {
        return new Written<>(records, (message, record) -> {
            var added = header.apply(message);
            record.headers().add(added.name(), added.value());
            return record;
        });
    }

    static boolean tombstone(ConsumerRecord<byte[], byte[]> record) {
        // Kafka's own annotations do not say that it may be null.
        byte @Nullable [] value = record.value();
        return value == null;
    }

    static <T> KafkaMessage<T> message(ConsumerRecord<byte[], byte[]> record, @Nullable T value) {
        return new KafkaMessage<>(value, record.key(), headers(record.headers()),
                new KafkaPosition(record.topic(), record.partition(), record.offset(), Instant.ofEpochMilli(record.timestamp())));
    }

    private static List<KafkaHeader> headers(Headers headers) {
        var list = new ArrayList<KafkaHeader>();
        for (Header h : headers) {
            byte @Nullable [] value = h.value();
            list.add(KafkaHeader.of(h.key(), value == null ? new byte[0] : value));
        }
        return list;
    }

    private static ProducerRecord<byte[], byte[]> keyed(ProducerRecord<byte[], byte[]> record, byte @Nullable [] key) {
        return new ProducerRecord<>(record.topic(), null, key, record.value(), record.headers());
    }

    /** Records whose written side is changed. */
    record Written<T>(Records<T> records, Change<T> change) implements Records<T> {
        interface Change<T> {
            ProducerRecord<byte[], byte[]> apply(T message, ProducerRecord<byte[], byte[]> record);
        }

        @Override
        public T read(ConsumerRecord<byte[], byte[]> record) throws Exception {
            return records.read(record);
        }

        @Override
        public ProducerRecord<byte[], byte[]> write(String topic, T message) {
            return change.apply(message, records.write(topic, message));
        }

        @Override
        public boolean readsTombstones() {
            return records.readsTombstones();
        }
    }
}
