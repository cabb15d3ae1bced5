package dev.weft.net.spi;

import java.net.SocketOption;
import java.util.Map;
import java.util.Optional;

import dev.weft.net.Address;

/**
 * The settings of a socket that is to be made.
 *
 * @param options what the user set, over the transport's defaults; for a listener also what its accepted connections get
 * @param backlog the length of listen(2)'s queue; meaningless elsewhere
 * @param from the local end of a connection to be made; empty when the system may choose
 */
public record SocketSettings(Map<SocketOption<?>, Object> options, int backlog, Optional<Address> from) {
    /** Copies the map. */
    public SocketSettings {
        options = Map.copyOf(options);
    }

    /** The value set for an option; empty when it was not set. */
    public <T> Optional<T> option(SocketOption<T> option) {
        return Optional.ofNullable(options.get(option)).map(option.type()::cast);
    }
}
