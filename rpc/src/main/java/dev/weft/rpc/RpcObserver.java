package dev.weft.rpc;

import java.time.Duration;

import dev.weft.net.DrainReport;

/**
 * What a server tells about itself. Called on the call's thread, but for {@code rejected} (a thread of the transport) and {@code drained} (the
 * draining one); what it throws is logged and changes nothing. It must not block for long.
 */
public interface RpcObserver {
    /** The method of a call begins. Of a call that ends before that, cancelled or against the protocol, nothing is reported. */
    default void started(Call call) {}

    /** A call was turned away: too many at once, or the server is being closed. */
    default void rejected(String method, String peer, Status status, String reason) {}

    /**
     * A service's method threw something that chooses no status. The client is told UNKNOWN and, unless the builder says so, not why. The default
     * logs it, with its stack, at ERROR to the system logger {@code dev.weft.rpc} (SPEC RPC-7).
     */
    default void failed(Call call, Throwable failure) {
        RpcLog.callFailed(call.method(), call.peer(), failure);
    }

    /** A call whose beginning was reported has ended with this status, as far as this side knows. */
    default void ended(Call call, Status status, Duration took) {}

    /** A drain has ended. */
    default void drained(DrainReport report) {}
}
