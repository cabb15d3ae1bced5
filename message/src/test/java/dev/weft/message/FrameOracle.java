package dev.weft.message;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import org.jspecify.annotations.Nullable;

/** What protobuf itself makes of the body's description (SPEC PR-W2). */
final class FrameOracle {
    private static final Descriptor WRAPPER = describe();
    private static final Parser<DynamicMessage> SKIPPING = DiscardUnknownFieldsParser
            .wrap(DynamicMessage.getDefaultInstance(WRAPPER).getParserForType());

    private FrameOracle() {}

    private static Descriptor describe() {
        var wrapper = DescriptorProto.newBuilder().setName("Wrapper")
                .addField(field("id", 1, FieldDescriptorProto.Type.TYPE_INT64))
                .addField(field("type", 2, FieldDescriptorProto.Type.TYPE_INT32))
                .addField(field("data", 3, FieldDescriptorProto.Type.TYPE_BYTES))
                .addField(field("stream_property", 4, FieldDescriptorProto.Type.TYPE_INT32));
        var file = FileDescriptorProto.newBuilder().setName("wrapper.proto").setSyntax("proto3").addMessageType(wrapper).build();
        try {
            return FileDescriptor.buildFrom(file, new FileDescriptor[0]).findMessageTypeByName("Wrapper");
        } catch (DescriptorValidationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static FieldDescriptorProto field(String name, int number, FieldDescriptorProto.Type type) {
        return FieldDescriptorProto.newBuilder().setName(name).setNumber(number).setType(type)
                .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL).build();
    }

    /** The canonical body of a message. */
    static byte[] body(Message m) {
        return DynamicMessage.newBuilder(WRAPPER)
                .setField(WRAPPER.findFieldByNumber(1), m.id())
                .setField(WRAPPER.findFieldByNumber(2), m.type())
                .setField(WRAPPER.findFieldByNumber(3), ByteString.copyFrom(m.data()))
                .setField(WRAPPER.findFieldByNumber(4), m.stream())
                .build().toByteArray();
    }

    /**
     * The message that a body holds. Unknown fields are skipped: where protobuf-java keeps them it takes a number of eleven bytes for one
     * of ten, and the rest for the next field.
     */
    static Message parsed(byte[] body) throws InvalidProtocolBufferException {
        var parsed = SKIPPING.parseFrom(body);
        return new Message(value(parsed, 1, Long.class), value(parsed, 2, Integer.class), value(parsed, 3, ByteString.class).toByteArray(),
                value(parsed, 4, Integer.class));
    }

    /** As {@link #parsed}; null for a body that protobuf refuses. */
    static @Nullable Message attempt(byte[] body) {
        try {
            return parsed(body);
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
    }

    private static <T> T value(DynamicMessage parsed, int number, Class<T> type) {
        return type.cast(parsed.getField(WRAPPER.findFieldByNumber(number)));
    }
}
