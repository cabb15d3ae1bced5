package dev.weft.message;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;

/**
 * Payloads as protobuf messages.
 *
 * @param <T> the generated class
 */
public final class ProtobufCodec<T extends MessageLite> implements Codec<T> {
    private final Parser<T> parser;

    private ProtobufCodec(Parser<T> parser) {
        this.parser = parser;
    }

    /** Protobuf messages of one type: {@code ProtobufCodec.of(Point.parser())}. */
    public static <T extends MessageLite> ProtobufCodec<T> of(Parser<T> parser) {
        return new ProtobufCodec<>(parser);
    }

    /** @throws InvalidProtocolBufferException when it is no such message */
    @Override
    public T decode(byte[] data) throws InvalidProtocolBufferException {
        return parser.parseFrom(data);
    }

    @Override
    public byte[] encode(T value) {
        return value.toByteArray();
    }
}
