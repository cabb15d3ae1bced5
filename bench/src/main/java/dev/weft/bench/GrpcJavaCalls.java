package dev.weft.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;

import dev.weft.bench.calls.Payload;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;

/** The service of calls.proto on grpc-java's asynchronous API, in what its own plugin generates but for the names. */
final class GrpcJavaCalls {
    private GrpcJavaCalls() {}

    private static void echo(Payload request, StreamObserver<Payload> response) {
        response.onNext(request);
        response.onCompleted();
    }

    private static void hundred(Payload request, StreamObserver<Payload> response) {
        for (int i = 0; i < 100; i++) {
            response.onNext(request);
        }
        response.onCompleted();
    }

    private static MethodDescriptor<Payload, Payload> method(String name, MethodType kind) {
        var codec = ProtoUtils.marshaller(Payload.getDefaultInstance());
        return MethodDescriptor.newBuilder(codec, codec).setFullMethodName("weft.bench.Calls/" + name).setType(kind).build();
    }

    /** Port, and which executor: default, direct or virtual. */
    public static void main(String[] args) throws IOException {
        var service = ServerServiceDefinition.builder("weft.bench.Calls")
                .addMethod(method("Echo", MethodType.UNARY), ServerCalls.asyncUnaryCall(GrpcJavaCalls::echo))
                .addMethod(method("Hundred", MethodType.SERVER_STREAMING), ServerCalls.asyncServerStreamingCall(GrpcJavaCalls::hundred))
                .build();
        var loops = new MultiThreadIoEventLoopGroup(Runtime.getRuntime().availableProcessors(), NioIoHandler.newFactory());
        var server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", Control.port(args)))
                .channelType(NioServerSocketChannel.class).bossEventLoopGroup(loops).workerEventLoopGroup(loops).addService(service);
        switch (Control.argument(args, 1, "default")) {
            case "direct" -> server.directExecutor();
            case "virtual" -> server.executor(Executors.newVirtualThreadPerTaskExecutor());
            default -> {
                // Its own: a pool of as many platform threads as are needed.
            }
        }
        Control.serve(server.build().start().getPort());
    }
}
