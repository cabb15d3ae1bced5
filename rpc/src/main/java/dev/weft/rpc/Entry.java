package dev.weft.rpc;

import io.grpc.MethodDescriptor.MethodType;

/**
 * A method as a server runs it: every kind is a matter of requests and responses.
 *
 * @param <Q> the type of a request
 * @param <R> the type of a response
 */
record Entry<Q, R>(RpcMethod<Q, R> method, MethodType kind, Body<Q, R> body) {
    /** What one call of it runs. */
    interface Body<Q, R> {
        void run(RequestInput<Q> requests, Outgoing<R> responses) throws Exception;
    }
}
