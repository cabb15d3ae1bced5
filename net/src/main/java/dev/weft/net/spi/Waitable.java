package dev.weft.net.spi;

import java.io.IOException;
import java.net.SocketOption;
import java.util.OptionalInt;
import java.util.Set;

/** What all channels share: waits that any thread may end, socket options, and a close. */
public interface Waitable {
    /**
     * Ends the waits on this channel: running waits return, and when none runs, the next returns at once. The waiting thread then checks again
     * what it waits for.
     */
    void wake();

    /** The options that {@link #option(SocketOption, Object)} takes; none unless a channel says otherwise. */
    default Set<SocketOption<?>> supportedOptions() {
        return Set.of();
    }

    /**
     * Sets a socket option.
     *
     * @throws UnsupportedOperationException when it is not one of {@link #supportedOptions}
     */
    default <T> void option(SocketOption<T> option, T value) throws IOException {
        throw noOption(option);
    }

    /**
     * Reads a socket option.
     *
     * @throws UnsupportedOperationException when it is not one of {@link #supportedOptions}
     */
    default <T> T option(SocketOption<T> option) throws IOException {
        throw noOption(option);
    }

    /** The exception for an option that this channel does not have; a channel may override it to say why. */
    default UnsupportedOperationException noOption(SocketOption<?> option) {
        return new UnsupportedOperationException("this channel has no socket option " + option);
    }

    /** The file descriptor, where the transport has one (SPEC SS-8). */
    default OptionalInt fileno() {
        return OptionalInt.empty();
    }

    /** Frees the descriptor, and ends the waits on this channel. Idempotent; never waits for the peer; throws nothing. */
    void close();
}
