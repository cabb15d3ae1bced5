package dev.weft.rpc;

import java.util.function.Supplier;

import com.google.protobuf.Descriptors.FileDescriptor;

/** What a generated interface extends. */
public interface RpcService {
    Definition definition();

    static RuntimeException unimplemented() {
        return new UnsupportedOperationException();
    }

    @FunctionalInterface
    interface Unary<Q, R> {
        R call(Q request) throws Exception;
    }

    @FunctionalInterface
    interface ServerStream<Q, R> {
        void call(Q request, Outgoing<R> responses) throws Exception;
    }

    @FunctionalInterface
    interface ClientStream<Q, R> {
        R call(Incoming<Q> requests) throws Exception;
    }

    @FunctionalInterface
    interface BothStream<Q, R> {
        void call(Incoming<Q> requests, Outgoing<R> responses) throws Exception;
    }

    /** The methods of a service. */
    record Definition(String name, Supplier<FileDescriptor> file) {
        public static Definition of(String name, Supplier<FileDescriptor> file) {
            return new Definition(name, file);
        }

        public <Q, R> Definition unary(RpcMethod<Q, R> method, Unary<? super Q, ? extends R> call) {
            return this;
        }

        public <Q, R> Definition serverStream(RpcMethod<Q, R> method, ServerStream<? super Q, R> call) {
            return this;
        }

        public <Q, R> Definition clientStream(RpcMethod<Q, R> method, ClientStream<Q, ? extends R> call) {
            return this;
        }

        public <Q, R> Definition exchange(RpcMethod<Q, R> method, BothStream<Q, R> call) {
            return this;
        }
    }
}
