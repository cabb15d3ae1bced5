package dev.weft.rpc;

import java.io.IOException;
import java.io.InputStream;

import com.google.protobuf.MessageLite;

/**
 * How a message becomes bytes, and bytes a message. Used by several threads at once.
 *
 * @param <T> the type of a message
 */
public interface RpcCodec<T> {
    /**
     * Reads a message, up to the stream's end.
     *
     * @throws IOException when the bytes are none; the call ends with INTERNAL
     */
    T decode(InputStream in) throws IOException;

    /** The message's bytes. */
    byte[] encode(T message);

    /**
     * Protocol buffers, and what generated code uses; of unknown fields nothing is lost.
     *
     * @param prototype any message of the type, mostly its default instance
     */
    static <M extends MessageLite> RpcCodec<M> protobuf(M prototype) {
        return new RpcProtobufCodec<>(prototype);
    }
}
