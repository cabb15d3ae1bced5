package dev.weft.kafka;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * A whole record, where more than its value is wanted: {@link KafkaTopic#messages}. Immutable, as long as nobody writes into its bytes.
 *
 * @param <T> the type of its value
 */
public final class KafkaMessage<T> {
    private final @Nullable T value;
    private final byte @Nullable [] key;
    private final List<KafkaHeader> headers;
    private final @Nullable KafkaPosition position;

    KafkaMessage(@Nullable T value, byte @Nullable [] key, List<KafkaHeader> headers, @Nullable KafkaPosition position) {
        this.value = value;
        this.key = key;
        this.headers = List.copyOf(headers);
        this.position = position;
    }

    /** One to be sent, without key and headers. */
    public static <T> KafkaMessage<T> of(T value) {
        return new KafkaMessage<>(Objects.requireNonNull(value), null, List.of(), null);
    }

    /** A record without a value, which deletes its key from a compacted topic. */
    public static <T> KafkaMessage<T> tombstone(String key) {
        return new KafkaMessage<>(null, key.getBytes(StandardCharsets.UTF_8), List.of(), null);
    }

    /** The same with this key, in UTF-8. */
    public KafkaMessage<T> key(String key) {
        return key(key.getBytes(StandardCharsets.UTF_8));
    }

    /** The same with this key, which is not copied. */
    public KafkaMessage<T> key(byte[] key) {
        return new KafkaMessage<>(value, key, headers, position);
    }

    /** The same with one header more. */
    public KafkaMessage<T> header(KafkaHeader header) {
        var more = new ArrayList<>(headers);
        more.add(header);
        return new KafkaMessage<>(value, key, more, position);
    }

    /** The same with one header more, in UTF-8. */
    public KafkaMessage<T> header(String name, String value) {
        return header(KafkaHeader.of(name, value));
    }

    /** Another value with the same key and headers: what a stage makes of a message. */
    public <U> KafkaMessage<U> with(U value) {
        return new KafkaMessage<>(Objects.requireNonNull(value), key, headers, position);
    }

    /**
     * Its value.
     *
     * @throws NoSuchElementException when it is a tombstone
     */
    public T value() {
        if (value == null) {
            throw new NoSuchElementException("a tombstone has no value: " + this);
        }
        return value;
    }

    /** Whether it has no value. Where messages are values alone, such records are skipped. */
    public boolean isTombstone() {
        return value == null;
    }

    /** Its key's bytes, not copied. */
    public Optional<byte[]> key() {
        return Optional.ofNullable(key);
    }

    /** Its key as UTF-8. */
    public Optional<String> keyText() {
        return key().map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    /** Its headers, in their order. */
    public List<KafkaHeader> headers() {
        return headers;
    }

    /** The last header of this name, which is the one that counts. */
    public Optional<KafkaHeader> header(String name) {
        return headers.reversed().stream().filter(h -> h.name().equals(name)).findFirst();
    }

    /** Where it was read; empty for one that was made here. Sending does not heed it. */
    public Optional<KafkaPosition> position() {
        return Optional.ofNullable(position);
    }

    @Override
    public String toString() {
        return "message" + (position == null ? "" : " at " + position) + keyText().map(k -> " of key " + k).orElse("");
    }
}
