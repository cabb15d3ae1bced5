package dev.weft.rpc;

/**
 * Runs around each call that a server serves, on the call's own thread: authentication, timing, translation of failures. It may block.
 *
 * {@snippet :
 * ServerInterceptor authenticated = (call, service) -> {
 *     if (call.headers().get("authorization").isEmpty()) throw new RpcException(Status.UNAUTHENTICATED, "who are you?");
 *     service.run();
 * };
 * }
 */
@FunctionalInterface
public interface ServerInterceptor {
    /** What it is around: the next interceptor or, after the last, the service's method. */
    @FunctionalInterface
    interface Next {
        /** Runs it, once. */
        void run() throws Exception;
    }

    /**
     * Runs the rest, or throws what the call is to end with. The one response of a method that has but one leaves when the first interceptor has
     * returned; those of a stream leave at once.
     */
    void around(Call call, Next next) throws Exception;
}
