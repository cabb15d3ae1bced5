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
    /** The kinds, and the words for them. */
    enum Kind {
        /** A TCP listener. */
        TCP("--tcp", "tcp://"),
        /** A UDP socket. */
        UDP("--udp", "udp://"),
        /** A Unix stream listener. */
        UNIX("--unix", "unix://"),
        /** A Unix datagram socket; on the native transport only. */
        UNIXGRAM("--unixgram", "unixgram://");

        private final String option;
        private final String scheme;

        Kind(String option, String scheme) {
            this.option = option;
            this.scheme = scheme;
        }

        String option() {
            return option;
        }

        /** Whether what comes there are datagrams. */
        boolean datagrams() {
            return this == UDP || this == UNIXGRAM;
        }
    }

    /** The one that was given, else TCP at 127.0.0.1:9999. */
    static Endpoint of(Arguments arguments) throws UsageException {
        arguments.atMostOneOf("--tcp", "--udp", "--unix", "--unixgram");
        var unix = arguments.text("--unix");
        if (unix.isPresent()) {
            return new Endpoint(Kind.UNIX, unix(unix.get()));
        }
        var unixgram = arguments.text("--unixgram");
        if (unixgram.isPresent()) {
            return new Endpoint(Kind.UNIXGRAM, unix(unixgram.get()));
        }
        var udp = arguments.value("--udp", Endpoint::inet);
        return udp.isPresent() ? new Endpoint(Kind.UDP, udp.get())
                : new Endpoint(Kind.TCP, arguments.value("--tcp", Endpoint::inet).orElse(Address.of("127.0.0.1", 9999)));
    }

    /** A path, or an abstract name behind an "@", as socat and ss write it. */
    static Address unix(String text) {
        return text.startsWith("@") ? Address.unixAbstract(text.substring(1)) : Address.unix(Path.of(text).toAbsolutePath());
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
        return kind.scheme + (bound.kind() == Address.Kind.UNIX ? bound.host()
                : bound.kind() == Address.Kind.UNIX_ABSTRACT ? "@" + bound.host() : bound.toString());
    }
}
