package dev.weft.rpc;

import java.io.IOException;
import java.io.InputStream;

import com.google.protobuf.MessageLite;

/** Messages of one type of protocol buffers. On the wire they go without a detour over an array: see {@link Descriptors}. */
record RpcProtobufCodec<M extends MessageLite>(M prototype) implements RpcCodec<M> {
    @Override
    public M decode(InputStream in) throws IOException {
        @SuppressWarnings("unchecked") // a message's parser gives its own type
        var message = (M) prototype.getParserForType().parseFrom(in);
        return message;
    }

    @Override
    public byte[] encode(M message) {
        return message.toByteArray();
    }
}
