package dev.weft.rpc;

/** What generated clients call. */
public interface RpcClient {
    <Q, R> R unary(RpcMethod<Q, R> method, CallOptions options, Q request);

    <Q, R> Incoming<R> serverStream(RpcMethod<Q, R> method, CallOptions options, Q request);

    <Q, R, X extends Exception> R clientStream(RpcMethod<Q, R> method, CallOptions options, Feed<Q, X> requests) throws X;

    <Q, R> Exchange<Q, R> exchange(RpcMethod<Q, R> method, CallOptions options);
}
