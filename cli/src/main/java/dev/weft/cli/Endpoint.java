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
    private static final String LOCAL = "127.0.0.1";

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
                : new Endpoint(Kind.TCP, arguments.value("--tcp", Endpoint::inet).orElse(Address.of(LOCAL, 9999)));
    }

    /** A path, or an abstract name behind an "@", as socat and ss write it. */
    static Address unix(String text) {
        return text.startsWith("@") ? Address.unixAbstract(text.substring(1)) : Address.unix(Path.of(text).toAbsolutePath());
    }

    /** Reads {@code host:port}, or a port alone. */
    static Address inet(String text) {
        var address = parse(text);
        if (address.kind() != Address.Kind.INET) {
            throw new IllegalArgumentException("not host:port: '" + text + "'");
        }
        return address;
    }

    /**
     * Reads an address, in which {@code 9999} and {@code :9999} are ports of this machine, for servers and clients alike: a server that is to be
     * reached from elsewhere says so, as {@code 0.0.0.0:9999}.
     */
    static Address parse(String text) {
        var port = text.startsWith(":") ? text.substring(1) : text;
        var alone = !port.isEmpty() && port.chars().allMatch(c -> c >= '0' && c <= '9');
        return Address.parse(alone ? LOCAL + ":" + port : text);
    }

    /** Whether binding it makes a file, which is removed at the end if it still is the one that was made. */
    boolean hasFile() {
        return address.kind() == Address.Kind.UNIX;
    }

    /** How the ready line names the address that was bound. */
    String uri(Address bound) {
        return kind.scheme + (bound.kind() == Address.Kind.UNIX ? bound.host()
                : bound.kind() == Address.Kind.UNIX_ABSTRACT ? "@" + bound.host() : bound.toString());
    }
}
