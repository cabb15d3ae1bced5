package dev.weft.rpc;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

import com.google.protobuf.MessageLite;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.lite.ProtoLiteUtils;
import org.jspecify.annotations.Nullable;

/**
 * Methods in the terms of the transport. What leaves is encoded by the thread that sends it, so that a failure is that thread's; what arrives is
 * decoded by the transport, and a failure is a value, for the thread that waits for the message.
 */
final class Descriptors {
    private Descriptors() {}

    /** Bytes that came and are no message. */
    record Malformed(RpcException why) {
        /** It was too long when unpacked, or not what the codec takes. */
        static Malformed because(Throwable e) {
            return new Malformed(e instanceof StatusRuntimeException told && told.getStatus().getCode() == io.grpc.Status.Code.RESOURCE_EXHAUSTED
                    ? Statuses.exception(told.getStatus(), null)
                    : new RpcException(Status.INTERNAL, "the message can't be read: " + e.getMessage(), e));
        }
    }

    /** One that came compressed. */
    record Unpacked(Object message) {}

    /** To the transport all methods take many requests: of one it would drop a client that sends two without a word. */
    static MethodDescriptor<Object, Object> served(RpcMethod<?, ?> method, MethodType kind) {
        return descriptor(method, kind.serverSendsOneMessage() ? MethodType.CLIENT_STREAMING : MethodType.BIDI_STREAMING,
                decoding(method.request()), SENT, true);
    }

    static MethodDescriptor<Object, Object> called(RpcMethod<?, ?> method, MethodType kind) {
        return descriptor(method, kind, SENT, decoding(method.response()), true);
    }

    /** Of a method that is not here: its name is a stranger's, and kept out of metrics. */
    static MethodDescriptor<Object, Object> unknown(RpcMethod<?, ?> method) {
        return descriptor(method, MethodType.BIDI_STREAMING, decoding(method.request()), SENT, false);
    }

    private static MethodDescriptor<Object, Object> descriptor(RpcMethod<?, ?> method, MethodType kind, Marshaller<Object> requests,
            Marshaller<Object> responses, boolean known) {
        return MethodDescriptor.newBuilder(requests, responses).setFullMethodName(method.name()).setType(kind)
                .setSampledToLocalTracing(known).build();
    }

    /** What the transport keeps of a message until it has left: it may have to send it again. */
    static <T> Object encode(RpcCodec<T> codec, T message) {
        return codec instanceof RpcProtobufCodec<?> p ? p.prototype().getClass().cast(message) : codec.encode(message);
    }

    /** Any message streams the same way: it knows its own bytes. */
    private static final Marshaller<MessageLite> PROTOBUF = ProtoLiteUtils.marshaller(com.google.protobuf.Empty.getDefaultInstance());

    private static final Marshaller<Object> SENT = new Marshaller<>() {
        @Override
        public InputStream stream(Object encoded) {
            return encoded instanceof byte[] bytes ? new Encoded(bytes) : PROTOBUF.stream((MessageLite) encoded);
        }

        @Override
        public Object parse(InputStream in) {
            throw new UnsupportedOperationException("this side sends them");
        }
    };

    private static <T> Marshaller<Object> decoding(RpcCodec<T> codec) {
        return new Marshaller<>() {
            private final @Nullable Marshaller<?> protobuf = codec instanceof RpcProtobufCodec<?> p ? ProtoLiteUtils.marshaller(p.prototype()) : null;

            @Override
            public InputStream stream(Object message) {
                throw new UnsupportedOperationException("the other side sends them");
            }

            @Override
            public Object parse(InputStream in) {
                try {
                    Object message = protobuf != null ? protobuf.parse(in) : codec.decode(in);
                    return in instanceof KnownLength ? message : new Unpacked(message); // of what it unpacks the transport can't know the length
                } catch (IOException | RuntimeException | StackOverflowError | LinkageError e) { // deep nesting; a class that can't be made
                    return Malformed.because(e);
                }
            }
        };
    }

    /** Its length saves the transport a copy, and so does its way out. */
    private static final class Encoded extends ByteArrayInputStream implements KnownLength, Drainable {
        Encoded(byte[] bytes) {
            super(bytes);
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            var left = count - pos;
            target.write(buf, pos, left);
            pos = count;
            return left;
        }
    }
}
