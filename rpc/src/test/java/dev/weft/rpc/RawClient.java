package dev.weft.rpc;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.netty.NettyChannelBuilder;

/** A client of grpc-java that sends whatever bytes it is given, so many as it is given, whatever the method's kind. */
final class RawClient implements AutoCloseable {
    /** Bytes that are no message of protocol buffers: a tag of the number 0. */
    static final byte[] NO_MESSAGE = {0, 1, 2};

    private static final MethodDescriptor.Marshaller<byte[]> BYTES = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] bytes) {
            return new ByteArrayInputStream(bytes);
        }

        @Override
        public byte[] parse(InputStream in) {
            try {
                return in.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    };

    private final ManagedChannel channel;

    RawClient(RpcServer server) {
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
    }

    /** How a call ended, and what came before. */
    record Answer(List<byte[]> responses, io.grpc.Status status, Metadata trailers) {}

    /** Sends these requests, finishes, and waits for the end. */
    Answer call(String method, byte[]... requests) {
        var descriptor = MethodDescriptor.newBuilder(BYTES, BYTES).setFullMethodName(method).setType(MethodType.BIDI_STREAMING).build();
        var responses = new CopyOnWriteArrayList<byte[]>();
        var end = new CompletableFuture<Answer>();
        var call = channel.newCall(descriptor, CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS));
        call.start(new ClientCall.Listener<>() {
            @Override
            public void onMessage(byte[] message) {
                responses.add(message);
            }

            @Override
            public void onClose(io.grpc.Status status, Metadata trailers) {
                end.complete(new Answer(responses, status, trailers));
            }
        }, new Metadata());
        call.request(Integer.MAX_VALUE);
        for (var request : requests) {
            call.sendMessage(request);
        }
        call.halfClose();
        return end.join();
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
