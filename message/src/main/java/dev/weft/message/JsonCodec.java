package dev.weft.message;

import java.io.IOException;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * Payloads as JSON, by Jackson; needs {@code com.fasterxml.jackson.core:jackson-databind}, which this module does not bring along.
 *
 * @param <T> the type of the payload, a record for example
 */
@SuppressWarnings("exports") // code that names Jackson's types has Jackson; other code does not need it
public final class JsonCodec<T> implements Codec<T> {
    private static final ObjectMapper PLAIN = new ObjectMapper();

    private final ObjectMapper mapper;
    private final JavaType type;

    private JsonCodec(ObjectMapper mapper, JavaType type) {
        this.mapper = mapper;
        this.type = type;
    }

    /** JSON as Jackson writes and reads this type without further settings. */
    public static <T> JsonCodec<T> of(Class<T> type) {
        return new JsonCodec<>(PLAIN, PLAIN.constructType(type));
    }

    /** JSON of a generic type, by a given mapper: {@code of(mapper, new TypeReference<List<Point>>() {})}. */
    public static <T> JsonCodec<T> of(ObjectMapper mapper, TypeReference<T> type) {
        return new JsonCodec<>(mapper, mapper.constructType(type));
    }

    /** @throws JsonProcessingException when it is no JSON, or not of this type; also for JSON's null */
    @Override
    public T decode(byte[] data) throws IOException {
        T value = mapper.readValue(data, type);
        if (value == null) {
            throw new IOException("null where a " + type.toCanonical() + " was wanted");
        }
        return value;
    }

    @Override
    public byte[] encode(T value) {
        try {
            return mapper.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot write " + type.toCanonical() + " as JSON: " + e.getOriginalMessage(), e);
        }
    }
}
