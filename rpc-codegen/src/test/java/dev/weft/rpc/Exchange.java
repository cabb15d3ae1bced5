package dev.weft.rpc;

/** Both directions of a call. */
public interface Exchange<Q, R> extends Outgoing<Q>, Incoming<R> {
}
