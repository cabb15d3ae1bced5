package dev.weft.net;

/**
 * Where something that lives is in its life: a server, a link, a service, a pipeline, a client. States follow each other in this order; only a
 * {@link Server} goes back, from RUNNING to NEW, when {@link Server#shutdown} has ended its loop.
 */
public enum LifeState {
    /** Not running yet. A server that was opened is bound, and its queue fills, but it does not accept. */
    NEW,
    /** It does its work. */
    RUNNING,
    /** It is ending: what was begun may finish. */
    DRAINING,
    /** It has ended, and holds nothing any more: its address is free. */
    ENDED
}
