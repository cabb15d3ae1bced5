package dev.weft.rpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/** Compresses the responses of every call, for clients that understand it. */
record Compressing(String name) implements ServerInterceptor {
    @Override
    public <A, B> ServerCall.Listener<A> interceptCall(ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
        call.setCompression(name);
        return next.startCall(call, headers);
    }
}
