package dev.weft.kafka;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/** A header of a record: a name, and bytes; a name may come more than once. Immutable, as long as nobody writes into the bytes. */
public final class KafkaHeader {
    private final String name;
    private final byte[] value;

    private KafkaHeader(String name, byte[] value) {
        this.name = Objects.requireNonNull(name);
        this.value = Objects.requireNonNull(value);
    }

    /** One of bytes, which are not copied. */
    public static KafkaHeader of(String name, byte[] value) {
        return new KafkaHeader(name, value);
    }

    /** One of text, in UTF-8. */
    public static KafkaHeader of(String name, String value) {
        return new KafkaHeader(name, value.getBytes(StandardCharsets.UTF_8));
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** Its bytes, not copied; none for a header without a value. */
    public byte[] value() {
        return value;
    }

    /** Its bytes as UTF-8. */
    public String text() {
        return new String(value, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KafkaHeader h && name.equals(h.name) && Arrays.equals(value, h.value);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + Arrays.hashCode(value);
    }

    @Override
    public String toString() {
        return name + "=" + text();
    }
}
