package dev.weft.net.spi;

/**
 * The work of a connection that has no thread while it waits for its peer: {@link StreamChannel#attach} takes it, and the channel then calls it.
 *
 * <p>{@link #event} tells that there may be work; the task then has itself run by {@link StreamChannel#execute}, unless it runs already.
 */
public interface ConnectionTask extends Runnable {
    /**
     * Something may have happened to the channel: bytes or the end have come, it was woken, or closed. May be called without need, by any thread, and
     * by several at once; never blocks.
     */
    void event();

    /** Does what there is to do, and returns when the channel has nothing more. May block: then others are served by another thread. */
    @Override
    void run();

    /** The thread that {@linkplain #run ran} this was found waiting, for something else than this channel, a moment ago. Any thread may call it. */
    void blocked();
}
