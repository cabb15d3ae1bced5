package dev.weft.cli;

import java.nio.file.Path;

import dev.weft.net.Address;

/**
 * Where to serve, as the command line says it.
 *
 * @param kind of socket
 * @param address to bind
 */
record Endpoint(Kind kind, Address address) {
    /** The three kinds, and the words for them. */
    enum Kind {
        /** A TCP listener. */
        TCP("--tcp", "tcp://"),
        /** A UDP socket. */
        UDP("--udp", "udp://"),
        /** A Unix stream listener. */
        UNIX("--unix", "unix://");

        private final String option;
        private final String scheme;

        Kind(String option, String scheme) {
            this.option = option;
            this.scheme = scheme;
        }

        String option() {
            return option;
        }
    }

    /** The one that was given, else TCP at 127.0.0.1:9999. */
    static Endpoint of(Arguments arguments) throws UsageException {
        arguments.atMostOneOf("--tcp", "--udp", "--unix");
        var unix = arguments.text("--unix");
        if (unix.isPresent()) {
            return new Endpoint(Kind.UNIX, Address.unix(Path.of(unix.get()).toAbsolutePath()));
        }
        var udp = arguments.value("--udp", Endpoint::inet);
        return udp.isPresent() ? new Endpoint(Kind.UDP, udp.get())
                : new Endpoint(Kind.TCP, arguments.value("--tcp", Endpoint::inet).orElse(Address.of("127.0.0.1", 9999)));
    }

    /** Reads {@code host:port}. */
    static Address inet(String text) {
        var address = Address.parse(text);
        if (address.kind() != Address.Kind.INET) {
            throw new IllegalArgumentException("not host:port: '" + text + "'");
        }
        return address;
    }

    /** How the ready line names the address that was bound. */
    String uri(Address bound) {
        return kind.scheme + (bound.kind() == Address.Kind.UNIX ? bound.host() : bound.toString());
    }
}
