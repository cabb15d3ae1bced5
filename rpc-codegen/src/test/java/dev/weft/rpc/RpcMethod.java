package dev.weft.rpc;

import com.google.protobuf.MessageLite;

/** A method's name and its types. */
public record RpcMethod<Q, R>(String name, Q request, R response) {
    public static <Q extends MessageLite, R extends MessageLite> RpcMethod<Q, R> of(String name, Q request, R response) {
        return new RpcMethod<>(name, request, response);
    }
}
