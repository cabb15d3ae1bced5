package dev.weft.rpc;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import com.google.protobuf.Descriptors.FileDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * What a generated service interface is, and what a server serves. A method of it runs on a virtual thread of its own for each call, may block,
 * and ends the call by returning or throwing (SPEC RPC-3, RPC-5, RPC-7).
 *
 * <ul>
 * <li>Returning sends the response, if the kind has one, and OK.
 * <li>{@link RpcException} chooses the status; anything else is UNKNOWN for the client, and goes to the server's {@link RpcObserver}.
 * <li>A method that is not overridden answers UNIMPLEMENTED.
 * </ul>
 */
public interface RpcService {
    /** Names, kinds and codecs of its methods; generated. */
    Definition definition();

    /** What a method that is not overridden throws; for generated code. */
    static RpcException unimplemented() {
        return new RpcException(Status.UNIMPLEMENTED, "Method not found!");
    }

    /**
     * One request, one response.
     *
     * @param <Q> the type of a request
     * @param <R> the type of a response
     */
    @FunctionalInterface
    interface Unary<Q, R> {
        /** Answers. */
        R call(Q request) throws Exception;
    }

    /**
     * One request, many responses, or none.
     *
     * @param <Q> the type of a request
     * @param <R> the type of a response
     */
    @FunctionalInterface
    interface ServerStream<Q, R> {
        /** Answers as long as it likes. */
        void call(Q request, Outgoing<R> responses) throws Exception;
    }

    /**
     * Many requests, or none, and one response.
     *
     * @param <Q> the type of a request
     * @param <R> the type of a response
     */
    @FunctionalInterface
    interface ClientStream<Q, R> {
        /** Answers, having read all requests or not. */
        R call(Incoming<Q> requests) throws Exception;
    }

    /**
     * Many of both, in any order.
     *
     * @param <Q> the type of a request
     * @param <R> the type of a response
     */
    @FunctionalInterface
    interface BothStream<Q, R> {
        /** Reads and answers. */
        void call(Incoming<Q> requests, Outgoing<R> responses) throws Exception;
    }

    /** The methods of one service object, ready to be called. Made by one thread; the server that gets it only reads. */
    final class Definition {
        private final String name;
        private final @Nullable Supplier<FileDescriptor> file;
        private final List<Entry<?, ?>> entries = new ArrayList<>();

        private Definition(String name, @Nullable Supplier<FileDescriptor> file) {
            this.name = name;
            this.file = file;
        }

        /** Of a service that {@linkplain RpcServerBuilder#reflection() reflection} can't describe; its methods follow. */
        public static Definition of(String name) {
            return new Definition(name, null);
        }

        /** Of a service in a .proto file; its methods follow. */
        public static Definition of(String name, Supplier<FileDescriptor> file) {
            return new Definition(name, file);
        }

        /** Adds a method with one request and one response. */
        public <Q, R> Definition unary(RpcMethod<Q, R> method, Unary<? super Q, ? extends R> call) {
            return add(new Entry<>(method, MethodType.UNARY, (requests, responses) -> responses.send(call.call(requests.only()))));
        }

        /** Adds a method with one request and many responses. */
        public <Q, R> Definition serverStream(RpcMethod<Q, R> method, ServerStream<? super Q, R> call) {
            return add(new Entry<>(method, MethodType.SERVER_STREAMING, (requests, responses) -> call.call(requests.only(), responses)));
        }

        /** Adds a method with many requests and one response. */
        public <Q, R> Definition clientStream(RpcMethod<Q, R> method, ClientStream<Q, ? extends R> call) {
            return add(new Entry<>(method, MethodType.CLIENT_STREAMING, (requests, responses) -> responses.send(call.call(requests))));
        }

        /** Adds a method with many of both. */
        public <Q, R> Definition exchange(RpcMethod<Q, R> method, BothStream<Q, R> call) {
            return add(new Entry<>(method, MethodType.BIDI_STREAMING, call::call));
        }

        private Definition add(Entry<?, ?> entry) {
            if (!entry.method().service().equals(name)) {
                throw new IllegalArgumentException("method " + entry.method().name() + " is none of service " + name);
            }
            if (entries.stream().anyMatch(e -> e.method().name().equals(entry.method().name()))) {
                throw new IllegalArgumentException("method " + entry.method().name() + " is there already");
            }
            entries.add(entry);
            return this;
        }

        /** The service's full name. */
        public String name() {
            return name;
        }

        @Nullable
        Supplier<FileDescriptor> file() {
            return file;
        }

        List<Entry<?, ?>> entries() {
            return entries;
        }
    }
}
