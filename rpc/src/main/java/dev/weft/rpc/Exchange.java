package dev.weft.rpc;

/**
 * Both directions of a running call, at the client. One thread may send while another receives. Closing it before its end cancels the call.
 *
 * @param <Q> the type of a request
 * @param <R> the type of a response
 */
public interface Exchange<Q, R> extends Outgoing<Q>, Incoming<R> {
    /** Nothing more will be sent: the service's loop over the requests ends. Does nothing when the call is over, or it was said before. */
    void finish();
}
