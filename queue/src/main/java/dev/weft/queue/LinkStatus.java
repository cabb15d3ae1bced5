package dev.weft.queue;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

import dev.weft.net.Address;

/**
 * What a link is doing at a moment, and since when.
 *
 * @param state what it does
 * @param since when that began: CONNECTING at the start, RECONNECTING when the last connection was lost; a failed attempt does not change it
 * @param attempts how many attempts to connect have failed since then; a listener makes none
 * @param peer the other end, while there is a connection
 * @param lastFailure what ended the last connection or the last attempt at one, if anything did
 */
public record LinkStatus(State state, Instant since, int attempts, Optional<Address> peer, Optional<IOException> lastFailure) {
    /** What a link does. */
    public enum State {
        /** It has not been started. */
        NEW,
        /** It has not had a connection yet: it waits for one, or tries to make one. */
        CONNECTING,
        /** Messages pass. */
        CONNECTED,
        /** Its connection was lost or closed, and it waits for another or tries to make one. */
        RECONNECTING,
        /** It is over. */
        ENDED
    }
}
