package dev.weft.rpc;

import com.google.protobuf.MessageLite;

/**
 * A method's full name and the codecs of its two types of messages; generated code has one for each rpc.
 *
 * @param name the service's full name, a slash, and the rpc's name: {@code routeguide.RouteGuide/GetFeature}
 * @param request how requests go over the wire
 * @param response how responses do
 * @param <Q> the type of a request
 * @param <R> the type of a response
 */
public record RpcMethod<Q, R>(String name, RpcCodec<Q> request, RpcCodec<R> response) {
    /** Checks the name. */
    public RpcMethod {
        var slash = name.lastIndexOf('/');
        if (slash < 1 || slash == name.length() - 1) {
            throw new IllegalArgumentException("not a method's full name: '" + name + "' (package.Service/Method)");
        }
    }

    /** One whose messages are protocol buffers, given by any message of each type. */
    public static <Q extends MessageLite, R extends MessageLite> RpcMethod<Q, R> of(String name, Q request, R response) {
        return new RpcMethod<>(name, RpcCodec.protobuf(request), RpcCodec.protobuf(response));
    }

    /** The full name of the service that it belongs to. */
    public String service() {
        return name.substring(0, name.lastIndexOf('/'));
    }
}
