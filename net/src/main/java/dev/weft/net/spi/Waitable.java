package dev.weft.net.spi;

import java.net.SocketOption;
import java.util.OptionalInt;
import java.util.Set;

/** What all channels share: waits that anybody may end, socket options, and an end. */
public interface Waitable {
    /**
     * Ends the waits on this channel: those running return, and where none runs, the next returns at once. The waiting thread then looks
     * again at why it waits.
     */
    void wake();

    /** The options that {@link #option(SocketOption, Object)} takes. */
    Set<SocketOption<?>> supportedOptions();

    /** Sets a socket option. */
    <T> void option(SocketOption<T> option, T value) throws java.io.IOException;

    /** Reads a socket option. */
    <T> T option(SocketOption<T> option) throws java.io.IOException;

    /** The descriptor, where the transport has one to show (SPEC SS-8). */
    default OptionalInt fileno() {
        return OptionalInt.empty();
    }

    /** Frees the descriptor, and what waits on this channel returns; idempotent, never blocks for the peer, throws nothing. */
    void close();
}
