package dev.weft.queue;

/**
 * Is told what happens to a link. Called on the link's own threads, one call at a time for each kind of event: a slow observer delays the link.
 * What it throws is logged and changes nothing.
 */
public interface LinkObserver {
    /** The link does something else now: see {@link LinkStatus#state}; also after each failed attempt to connect. */
    default void changed(Link link, LinkStatus status) {}

    /**
     * A message could not be sent as it is, and was dropped: its delimiter stands in it, or it is too long. {@link Sender#send} tells its caller
     * instead.
     */
    default void refused(Link link, Object message, RuntimeException why) {}

    /**
     * A message that came in was dropped. It found no room for as long as {@link LinkBuilder#timeout} says; or it could not be decoded, and would
     * come again and again ({@link Delivery#AT_LEAST_ONCE}): then {@code message} is its bytes.
     */
    default void dropped(Link link, Object message, Exception why) {}
}
