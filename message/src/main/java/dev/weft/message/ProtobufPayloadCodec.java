package dev.weft.message;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;

/**
 * Payloads as protobuf messages.
 *
 * @param <T> the generated class
 */
public final class ProtobufPayloadCodec<T extends MessageLite> implements PayloadCodec<T> {
    private final Parser<T> parser;

    private ProtobufPayloadCodec(Parser<T> parser) {
        this.parser = parser;
    }

    /** Protobuf messages of one type: {@code ProtobufPayloadCodec.of(Point.parser())}. */
    public static <T extends MessageLite> ProtobufPayloadCodec<T> of(Parser<T> parser) {
        return new ProtobufPayloadCodec<>(parser);
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
