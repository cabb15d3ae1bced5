package dev.weft.rpc;

/** What generated clients call. */
public interface RpcClient {
    <Q, R> R unary(Method<Q, R> method, CallOptions options, Q request);

    <Q, R> Incoming<R> serverStream(Method<Q, R> method, CallOptions options, Q request);

    <Q, R, X extends Exception> R clientStream(Method<Q, R> method, CallOptions options, Feed<Q, X> requests) throws X;

    <Q, R> Exchange<Q, R> exchange(Method<Q, R> method, CallOptions options);
}
