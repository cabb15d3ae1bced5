package dev.weft.rpc;

/**
 * Runs around each call that a client makes, on the caller's thread: headers, measurements, other failures. Every call is at heart an
 * {@link Exchange};
 * of a unary one, for example, one request is sent, finished, and one response received.
 *
 * {@snippet :
 * ClientInterceptor authenticated = new ClientInterceptor() {
 *     public <Q, R> Exchange<Q, R> open(RpcMethod<Q, R> method, CallOptions options, Calls next) {
 *         return next.open(method, options.header("authorization", token()));
 *     }
 * };
 * }
 */
public interface ClientInterceptor {
    /** What makes the call: the next interceptor or, after the last, the client itself. */
    interface Calls {
        /** Begins the call. */
        <Q, R> Exchange<Q, R> open(RpcMethod<Q, R> method, CallOptions options);
    }

    /** Begins the call, or refuses to by throwing; what it returns, its own or another around it, is what the call goes over. */
    <Q, R> Exchange<Q, R> open(RpcMethod<Q, R> method, CallOptions options, Calls next);
}
