package dev.weft.linux.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import dev.weft.net.WeftSocketOptions;
import jdk.net.ExtendedSocketOptions;

/** Socket options: their names in the kernel, the kinds of socket that have them, and the form of their values. */
public final class Options {
    private static final int TCP = 6;
    private static final int IP = 0;
    private static final int IPV6 = Sockets.IPPROTO_IPV6;

    /** The form of a value in the kernel. */
    private enum Form {
        FLAG, NUMBER,
        /** The kernel doubles what it is told, to have room for its own bookkeeping: socket(7). */
        DOUBLED, LINGER, INTERFACE, PEER
    }

    /** The level and name of an option: for IPv4 and Unix sockets, and for IPv6 sockets. */
    private record Place(int level, int name, int level6, int name6, Form form) {
        Place(int level, int name, Form form) {
            this(level, name, level, name, form);
        }
    }

    // asm-generic/socket.h, linux/tcp.h, linux/in.h, linux/in6.h
    private static final Map<SocketOption<?>, Place> OF_ALL = Map.of(StandardSocketOptions.SO_SNDBUF, new Place(1, 7, Form.DOUBLED),
            StandardSocketOptions.SO_RCVBUF, new Place(1, 8, Form.DOUBLED));
    private static final Map<SocketOption<?>, Place> OF_INET = and(OF_ALL,
            Map.of(StandardSocketOptions.SO_REUSEADDR, new Place(1, 2, Form.FLAG), StandardSocketOptions.SO_REUSEPORT,
                    new Place(1, 15, Form.FLAG), StandardSocketOptions.IP_TOS, new Place(IP, 1, IPV6, 67, Form.NUMBER),
                    ExtendedSocketOptions.SO_INCOMING_NAPI_ID, new Place(1, 56, Form.NUMBER), WeftSocketOptions.IPV6_ONLY,
                    new Place(IPV6, Sockets.IPV6_V6ONLY, Form.FLAG)));
    private static final Map<SocketOption<?>, Place> OF_TCP = and(OF_INET,
            Map.of(StandardSocketOptions.SO_KEEPALIVE, new Place(1, 9, Form.FLAG), StandardSocketOptions.SO_LINGER,
                    new Place(1, 13, Form.LINGER), StandardSocketOptions.TCP_NODELAY, new Place(TCP, 1, Form.FLAG),
                    ExtendedSocketOptions.TCP_KEEPIDLE, new Place(TCP, 4, Form.NUMBER), ExtendedSocketOptions.TCP_KEEPINTERVAL,
                    new Place(TCP, 5, Form.NUMBER), ExtendedSocketOptions.TCP_KEEPCOUNT, new Place(TCP, 6, Form.NUMBER),
                    ExtendedSocketOptions.TCP_QUICKACK, new Place(TCP, 12, Form.FLAG)));
    private static final Map<SocketOption<?>, Place> OF_UDP = and(OF_INET,
            Map.of(StandardSocketOptions.SO_BROADCAST, new Place(1, 6, Form.FLAG), StandardSocketOptions.IP_MULTICAST_IF,
                    new Place(IP, 32, IPV6, 17, Form.INTERFACE), StandardSocketOptions.IP_MULTICAST_TTL, new Place(IP, 33, IPV6, 18, Form.NUMBER),
                    StandardSocketOptions.IP_MULTICAST_LOOP, new Place(IP, 34, IPV6, 19, Form.FLAG)));
    private static final Map<SocketOption<?>, Place> OF_UNIX = and(OF_ALL, Map.of(StandardSocketOptions.SO_LINGER, new Place(1, 13, Form.LINGER),
            ExtendedSocketOptions.SO_PEERCRED, new Place(1, 17, Form.PEER)));

    /** They decide how a listener is bound, and mean nothing to a connection. */
    private static final Set<SocketOption<?>> OF_BINDING = Set.of(StandardSocketOptions.SO_REUSEADDR, StandardSocketOptions.SO_REUSEPORT,
            WeftSocketOptions.IPV6_ONLY);
    /** The transport sees to these where a socket is bound to a path. */
    public static final Set<SocketOption<?>> OF_FILE = Set.of(WeftSocketOptions.UNIX_MODE, WeftSocketOptions.UNIX_UNLINK);
    /** And to this one where a TCP socket listens. */
    public static final Set<SocketOption<?>> OF_PORT = Set.of(WeftSocketOptions.ACCEPTORS);

    private Options() {}

    private static Map<SocketOption<?>, Place> and(Map<SocketOption<?>, Place> some, Map<SocketOption<?>, Place> more) {
        var all = new LinkedHashMap<>(some);
        all.putAll(more);
        return Map.copyOf(all);
    }

    private static Map<SocketOption<?>, Place> known(int family, boolean stream) {
        return family == Libc.AF_UNIX ? OF_UNIX : stream ? OF_TCP : OF_UDP;
    }

    public static Set<SocketOption<?>> ofStreams(int family) {
        return known(family, true).keySet();
    }

    public static Set<SocketOption<?>> ofDatagrams(int family) {
        return known(family, false).keySet();
    }

    /** Sets a socket's options, or refuses them. */
    public static void setAll(int fd, int family, boolean stream, Map<SocketOption<?>, Object> options) throws IOException {
        for (var option : options.entrySet()) {
            var place = place(family, stream, option.getKey());
            if (option.getKey() == WeftSocketOptions.IPV6_ONLY && option.getValue().equals(get(fd, family, place))) {
                continue; // a socket that was bound when it was inherited takes it no more, not even as it is: ipv6(7)
            }
            set(fd, family, place, option.getKey(), option.getValue());
        }
    }

    /** All options but these. */
    public static Map<SocketOption<?>, Object> without(Set<SocketOption<?>> some, Map<SocketOption<?>, Object> options) {
        var others = new LinkedHashMap<>(options);
        others.keySet().removeAll(some);
        return others;
    }

    /** The options of a listener that its connections get too. */
    public static Map<SocketOption<?>, Object> ofConnections(Map<SocketOption<?>, Object> options) {
        var theirs = new LinkedHashMap<>(options);
        theirs.keySet().removeAll(OF_BINDING);
        theirs.keySet().removeAll(OF_FILE);
        theirs.keySet().removeAll(OF_PORT);
        return Map.copyOf(theirs);
    }

    /** Sets one of a stream socket's options. */
    public static <T> void set(int fd, int family, SocketOption<T> option, T value) throws IOException {
        set(fd, family, place(family, true, option), option, value);
    }

    public static void set(Descriptor descriptor, int family, boolean stream, SocketOption<?> option, Object value) throws IOException {
        var fd = descriptor.enter();
        try {
            set(fd, family, place(family, stream, option), option, value);
        } finally {
            descriptor.leave();
        }
    }

    public static <T> T get(Descriptor descriptor, int family, boolean stream, SocketOption<T> option) throws IOException {
        var fd = descriptor.enter();
        Object value;
        try {
            value = get(fd, family, place(family, stream, option));
        } finally {
            descriptor.leave();
        }
        return option.type().cast(value instanceof Peer peer ? Accounts.principal(peer.user, peer.group) : value);
    }

    /** A peer's numbers. */
    private record Peer(int user, int group) {}

    private static Place place(int family, boolean stream, SocketOption<?> option) {
        var place = known(family, stream).get(option);
        if (place == null || (option == WeftSocketOptions.IPV6_ONLY && family != Libc.AF_INET6)) {
            var kind = family == Libc.AF_UNIX ? "UNIX sockets" : family == Libc.AF_INET6 ? "INET6 sockets" : "INET sockets";
            var which = family == Libc.AF_UNIX && OF_FILE.contains(option) ? kind + " that make no file" : kind;
            throw new UnsupportedOperationException("socket option " + option + " is not known to " + which + " here");
        }
        return place;
    }

    private static void set(int fd, int family, Place place, SocketOption<?> option, Object value) throws IOException {
        try {
            put(fd, family == Libc.AF_INET6, place, option, value);
            if (family == Libc.AF_INET6 && place.level == IP && Libc.option(fd, IPV6, Sockets.IPV6_V6ONLY) == 0) {
                put(fd, false, place, option, value); // its IPv4 traffic has options of its own
            }
        } catch (SystemException e) {
            var told = new SocketException("cannot set " + option + " to " + value + ": " + e.getMessage());
            told.initCause(e);
            throw told;
        }
    }

    private static void put(int fd, boolean six, Place place, SocketOption<?> option, Object value) throws IOException {
        var level = six ? place.level6 : place.level;
        var name = six ? place.name6 : place.name;
        switch (place.form) {
            case FLAG -> Libc.setOption(fd, level, name, (Boolean) value ? 1 : 0);
            case NUMBER, DOUBLED -> {
                if ((Integer) value < 0) {
                    throw new IllegalArgumentException(option + " can't be " + value);
                }
                Libc.setOption(fd, level, name, (Integer) value);
            }
            case INTERFACE -> setInterface(fd, six, level, name, (NetworkInterface) value);
            case LINGER -> {
                try (var arena = Arena.ofConfined()) {
                    var linger = arena.allocate(Layouts.LINGER);
                    Leaving.lingers((Integer) value);
                    linger.set(JAVA_INT, 0, (Integer) value < 0 ? 0 : 1);
                    linger.set(JAVA_INT, 4, Math.clamp((Integer) value, 0, 65_535));
                    Libc.setOption(fd, level, name, linger);
                }
            }
            case PEER -> throw new UnsupportedOperationException(option + " can be read only");
        }
    }

    /** IPv4 wants an ip_mreqn: a group's address, the interface's own, and its index (linux/in.h); it is the second that can be read back. */
    private static void setInterface(int fd, boolean six, int level, int name, NetworkInterface value) throws IOException {
        if (six) {
            Libc.setOption(fd, level, name, value.getIndex());
            return;
        }
        try (var arena = Arena.ofConfined()) {
            var request = arena.allocate(12, 4);
            var own = value.inetAddresses().filter(Inet4Address.class::isInstance).findFirst();
            own.ifPresent(address -> MemorySegment.copy(address.getAddress(), 0, request, JAVA_BYTE, 4, 4));
            request.set(JAVA_INT, 8, value.getIndex());
            Libc.setOption(fd, level, name, request);
        }
    }

    @SuppressWarnings("NullAway") // java.net says "no interface" with null
    private static Object get(int fd, int family, Place place) throws IOException {
        var six = family == Libc.AF_INET6;
        var level = six ? place.level6 : place.level;
        var name = six ? place.name6 : place.name;
        try (var arena = Arena.ofConfined()) {
            return switch (place.form) {
                case FLAG -> Libc.option(fd, level, name) != 0;
                case NUMBER -> Libc.option(fd, level, name);
                case DOUBLED -> Libc.option(fd, level, name) / 2;
                case LINGER -> {
                    var linger = arena.allocate(Layouts.LINGER);
                    Libc.option(fd, level, name, linger);
                    yield linger.get(JAVA_INT, 0) == 0 ? -1 : linger.get(JAVA_INT, 4);
                }
                case INTERFACE -> {
                    var chosen = arena.allocate(JAVA_INT); // an index, or for IPv4 an address
                    Libc.option(fd, level, name, chosen);
                    var none = chosen.get(JAVA_INT, 0) == 0;
                    yield none ? null
                            : six ? NetworkInterface.getByIndex(chosen.get(JAVA_INT, 0))
                            : NetworkInterface.getByInetAddress(InetAddress.getByAddress(chosen.toArray(JAVA_BYTE)));
                }
                case PEER -> {
                    var credentials = arena.allocate(Layouts.UCRED);
                    Libc.option(fd, level, name, credentials);
                    yield new Peer(credentials.get(JAVA_INT, 4), credentials.get(JAVA_INT, 8)); // whose names are looked up outside
                }
            };
        }
    }
}
