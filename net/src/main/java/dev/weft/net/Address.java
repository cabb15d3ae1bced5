package dev.weft.net;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Where a socket is; prints as {@code 127.0.0.1:9999}, {@code [::1]:9999}, {@code unix:/run/weft.sock}, {@code unix:@abstract},
 * {@code memory:test}.
 *
 * <p>Immutable. A host's name is resolved when a socket is made, never here. "localhost" means 127.0.0.1 and nothing else, as it does for
 * Python's AF_INET servers (SPEC SS-E8); every interface is {@code 0.0.0.0}, which takes IPv6 too where the system has both.
 */
public final class Address {
    /** The family of an address. */
    public enum Kind {
        /** A host and a port: TCP or UDP. */
        INET,
        /** A path in the file system. */
        UNIX,
        /** A Unix socket's name outside the file system (Linux). */
        UNIX_ABSTRACT,
        /** A name inside this process. */
        MEMORY
    }

    private static final String ANY = "0.0.0.0";

    private final Kind kind;
    private final String host;
    private final int port;
    /** Found out when first wanted; empty until then. */
    private String meant = "";

    private Address(Kind kind, String host, int port) {
        this.kind = kind;
        this.host = host;
        this.port = port;
    }

    /**
     * A host, by name or number, and a port.
     *
     * @throws IllegalArgumentException when the port is outside 0 to 65,535 or the host is empty
     */
    public static Address of(String host, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is outside 0 to 65535");
        }
        if (host.isBlank()) {
            throw new IllegalArgumentException("empty host; every interface is " + ANY);
        }
        return new Address(Kind.INET, host, port);
    }

    /** Every interface, at a port; 0 lets the system choose. */
    public static Address any(int port) {
        return of(ANY, port);
    }

    /** A Unix socket in the file system. The empty path is that of a peer that bound none (SPEC SS-48). */
    public static Address unix(Path socket) {
        var path = socket.toString();
        return new Address(Kind.UNIX, path.startsWith("@") ? "./" + path : path, 0); // "unix:@name" is an abstract one
    }

    /** A Unix socket in Linux's abstract namespace, without a file; needs the native transport. */
    public static Address unixAbstract(String name) {
        return new Address(Kind.UNIX_ABSTRACT, name, 0);
    }

    /** A server inside this process, found by name. */
    public static Address memory(String name) {
        return new Address(Kind.MEMORY, name, 0);
    }

    /**
     * What {@link #toString} printed.
     *
     * @throws IllegalArgumentException when it can't be read so
     */
    public static Address parse(String text) {
        if (text.startsWith("memory:")) {
            return memory(text.substring("memory:".length()));
        }
        if (text.startsWith("unix:@")) {
            return unixAbstract(text.substring("unix:@".length()));
        }
        if (text.startsWith("unix:")) {
            return unix(Path.of(text.substring("unix:".length())));
        }
        var colon = text.lastIndexOf(':');
        var host = colon < 0 ? "" : text.substring(0, colon);
        var bracketed = host.startsWith("[") && host.endsWith("]");
        if (host.isEmpty() || (host.contains(":") && !bracketed)) {
            throw new IllegalArgumentException("not an address: '" + text + "' (host:port, [ipv6]:port, unix:PATH or memory:NAME)");
        }
        var port = text.substring(colon + 1);
        if (port.isEmpty() || port.length() > 5 || !port.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException("not a port: '" + port + "' in '" + text + "'");
        }
        return of(bracketed ? host.substring(1, host.length() - 1) : host, Integer.parseInt(port));
    }

    /**
     * The JDK's kind of address.
     *
     * @throws IllegalArgumentException when it is neither an internet nor a Unix address
     */
    public static Address of(SocketAddress address) {
        // No switch over types: the JDK's first one costs a start-up some 60 ms, and every server comes by here.
        if (address instanceof InetSocketAddress inet) {
            if (inet.isUnresolved()) {
                return of(inet.getHostString(), inet.getPort());
            }
            return inet.getAddress().isAnyLocalAddress() ? any(inet.getPort()) : of(number(inet.getAddress()), inet.getPort());
        }
        if (address instanceof UnixDomainSocketAddress unix) {
            return unix(unix.getPath());
        }
        throw new IllegalArgumentException("neither an internet nor a Unix address: " + address);
    }

    /** Which family it is of. */
    public Kind kind() {
        return kind;
    }

    /** The host's name or number; a Unix socket's path or abstract name; a memory address's name. */
    public String host() {
        return host;
    }

    /** The port; 0 where there are no ports. */
    public int port() {
        return port;
    }

    /** Whether it stands for every interface: a server can bind it, a client can't connect to it. */
    public boolean isAny() {
        return kind == Kind.INET && (host.equals(ANY) || host.equals("::"));
    }

    /**
     * The socket addresses that a name stands for, in the order in which to try them; just one for "localhost", for numbers and for Unix
     * sockets.
     *
     * @throws UnknownHostException when the name is not known
     * @throws UnsupportedOperationException when the JDK has no such addresses: abstract and memory ones
     */
    public List<SocketAddress> resolve() throws UnknownHostException {
        return switch (kind) {
            case INET -> {
                if (host.equalsIgnoreCase("localhost")) {
                    yield List.of(new InetSocketAddress(InetAddress.getByAddress("localhost", new byte[] {127, 0, 0, 1}), port));
                }
                yield Arrays.stream(InetAddress.getAllByName(host)).map(a -> (SocketAddress) new InetSocketAddress(a, port)).toList();
            }
            case UNIX -> List.of(UnixDomainSocketAddress.of(host));
            case UNIX_ABSTRACT, MEMORY -> throw new UnsupportedOperationException("java.net has no address for " + this);
        };
    }

    /** Two addresses are equal if they mean the same without a name being looked up: "localhost" and 127.0.0.1, ::1 and 0:0:0:0:0:0:0:1. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Address a && kind == a.kind && port == a.port && (host.equals(a.host) || meant().equals(a.meant()));
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, meant(), port);
    }

    /** The host in the form in which sockets tell it. */
    private String meant() {
        var known = meant;
        if (known.isEmpty()) {
            known = kind == Kind.INET ? canonical(host) : host;
            meant = known;
        }
        return known;
    }

    private static String canonical(String host) {
        if (host.equalsIgnoreCase("localhost")) {
            return "127.0.0.1";
        }
        if (host.indexOf(':') < 0) {
            return host.toLowerCase(Locale.ROOT);
        }
        try {
            return number(InetAddress.ofLiteral(host));
        } catch (IllegalArgumentException e) {
            return host; // no such number: a socket that is made will say so
        }
    }

    @Override
    public String toString() {
        return switch (kind) {
            case INET -> (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
            case UNIX -> "unix:" + host;
            case UNIX_ABSTRACT -> "unix:@" + host;
            case MEMORY -> "memory:" + host;
        };
    }

    /** The number as people write it: RFC 5952 for IPv6 (the JDK prints {@code 0:0:0:0:0:0:0:1}). */
    private static String number(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address.getHostAddress();
        }
        var text = address.getHostAddress();
        var percent = text.indexOf('%');
        var groups = (percent < 0 ? text : text.substring(0, percent)).split(":");
        var best = 0;
        var bestLength = 0;
        for (int i = 0; i < groups.length; i++) {
            var j = i;
            while (j < groups.length && groups[j].equals("0")) {
                j++;
            }
            if (j - i > bestLength) {
                best = i;
                bestLength = j - i;
            }
        }
        var scope = percent < 0 ? "" : text.substring(percent);
        if (bestLength < 2) {
            return String.join(":", groups) + scope;
        }
        var head = String.join(":", Arrays.asList(groups).subList(0, best));
        var tail = String.join(":", Arrays.asList(groups).subList(best + bestLength, groups.length));
        return head + "::" + tail + scope;
    }
}
