package dev.weft.message;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;

/** What protobuf itself makes of the body's description (SPEC PR-W2). */
final class FrameOracle {
    private static final Descriptor WRAPPER = describe();

    private FrameOracle() {}

    private static Descriptor describe() {
        var wrapper = DescriptorProto.newBuilder().setName("Wrapper")
                .addField(field("id", 1, Type.TYPE_INT64))
                .addField(field("type", 2, Type.TYPE_INT32))
                .addField(field("data", 3, Type.TYPE_BYTES))
                .addField(field("stream_property", 4, Type.TYPE_INT32));
        var file = FileDescriptorProto.newBuilder().setName("wrapper.proto").setSyntax("proto3").addMessageType(wrapper).build();
        try {
            return FileDescriptor.buildFrom(file, new FileDescriptor[0]).findMessageTypeByName("Wrapper");
        } catch (DescriptorValidationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static FieldDescriptorProto field(String name, int number, Type type) {
        return FieldDescriptorProto.newBuilder().setName(name).setNumber(number).setType(type).setLabel(Label.LABEL_OPTIONAL).build();
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

    /** The message that a body holds. */
    static Message parsed(byte[] body) throws InvalidProtocolBufferException {
        var parsed = DynamicMessage.parseFrom(WRAPPER, body);
        return new Message((long) parsed.getField(WRAPPER.findFieldByNumber(1)), (int) parsed.getField(WRAPPER.findFieldByNumber(2)),
                ((ByteString) parsed.getField(WRAPPER.findFieldByNumber(3))).toByteArray(), (int) parsed.getField(WRAPPER.findFieldByNumber(4)));
    }
}
