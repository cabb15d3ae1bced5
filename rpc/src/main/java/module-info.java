/**
 * Blocking gRPC: services as plain methods on virtual threads, clients that return what the server answered, all four kinds of calls.
 *
 * <p>Start at {@link dev.weft.rpc.RpcServer} and {@link dev.weft.rpc.RpcClient}; the interfaces that services implement are generated from .proto
 * files by Weft's protoc plugin.
 */
@org.jspecify.annotations.NullMarked module dev.weft.rpc {
    requires static com.google.errorprone.annotations;
    requires static org.jspecify;
    requires static transitive java.compiler; // what generated code is marked with
    requires transitive dev.weft.net;
    requires transitive com.google.protobuf;
    requires io.grpc;
    requires io.grpc.protobuf;
    requires io.grpc.protobuf.lite;
    requires io.grpc.netty;
    requires io.grpc.services;
    requires io.netty.common;
    requires io.netty.buffer;
    requires io.netty.transport;
    requires io.netty.handler;
    requires io.netty.codec.http2;
    requires proto.google.common.protos;
    requires java.logging; // the transport's log
    requires static io.grpc.opentelemetry;
    requires static io.opentelemetry.api;

    exports dev.weft.rpc;
}
