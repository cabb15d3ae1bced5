package dev.weft.linux.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetSocketAddress;

import dev.weft.net.Address;

/** Opens sockets, binds them, and asks for their addresses. */
public final class Sockets {
    public static final int SOL_SOCKET = 1;
    static final int SO_TYPE = 3;
    public static final int SO_ERROR = 4;
    public static final int SO_LINGER = 13;
    static final int SO_ACCEPTCONN = 30;
    static final int SO_DOMAIN = 39;
    public static final int IPPROTO_IPV6 = 41;
    public static final int IPV6_V6ONLY = 26;

    private Sockets() {}

    /** Makes something of a new descriptor, which is closed if that fails. */
    @FunctionalInterface
    public interface Making<T> {
        T of(int fd) throws IOException;
    }

    public static <T> T orClose(int fd, Making<T> making) throws IOException {
        try {
            return making.of(fd);
        } catch (IOException | RuntimeException | Error e) {
            Libc.close(fd);
            throw e;
        }
    }

    /** Finds something out with a descriptor, which is closed in any case. */
    public static <T> T closing(int fd, Making<T> making) throws IOException {
        try {
            return making.of(fd);
        } finally {
            Libc.close(fd);
        }
    }

    public static int familyOf(int fd) throws IOException {
        return Libc.option(fd, SOL_SOCKET, SO_DOMAIN);
    }

    /** Whether it is a listening socket. */
    public static boolean listens(int fd) throws IOException {
        return Libc.option(fd, SOL_SOCKET, SO_ACCEPTCONN) != 0;
    }

    public static int typeOf(int fd) throws IOException {
        return Libc.option(fd, SOL_SOCKET, SO_TYPE);
    }

    /**
     * The family for an address that is bound to: every interface means IPv6 and IPv4 with one socket, where there is IPv6. SPEC SS-7's
     * "localhost" is 127.0.0.1.
     */
    public static int family(Address address) throws IOException {
        return switch (address.kind()) {
            case UNIX, UNIX_ABSTRACT -> Libc.AF_UNIX;
            case INET -> address.isAny()
                    ? HasIpv6.YES ? Libc.AF_INET6 : Libc.AF_INET
                    : ((InetSocketAddress) address.resolve().getFirst()).getAddress() instanceof Inet6Address ? Libc.AF_INET6 : Libc.AF_INET;
            case MEMORY -> throw new UnsupportedOperationException(address + " is not a socket's address");
        };
    }

    /** Found out once, by binding: a kernel may support IPv6 and still have no IPv6 address. */
    private static final class HasIpv6 {
        static final boolean YES = probe();

        private static boolean probe() {
            if (Boolean.getBoolean("java.net.preferIPv4Stack")) {
                return false;
            }
            try {
                var fd = Libc.socket(Libc.AF_INET6, Libc.SOCK_STREAM);
                try (var arena = Arena.ofConfined()) {
                    var any = arena.allocate(Layouts.SOCKADDR_IN6);
                    any.set(java.lang.foreign.ValueLayout.JAVA_SHORT, 0, (short) Libc.AF_INET6);
                    Libc.bind(fd, any);
                    return true;
                } finally {
                    Libc.close(fd);
                }
            } catch (IOException e) {
                return false;
            }
        }
    }

    /** The kernel's form of an address, for a socket of this family. */
    public static MemorySegment encode(Address address, int family, Arena arena) throws IOException {
        if (family == Libc.AF_UNIX) {
            return Sockaddr.unix(address, arena);
        }
        var inet = address.isAny() ? new InetSocketAddress(address.port()) : (InetSocketAddress) address.resolve().getFirst();
        return Sockaddr.of(inet, family, arena);
    }

    /** The address to which a socket is bound. */
    public static Address localName(int fd) throws IOException {
        return name(fd, Libc::localName);
    }

    /** The address of the peer of a connected socket. */
    static Address peerName(int fd) throws IOException {
        return name(fd, Libc::peerName);
    }

    public static boolean hasPeer(int fd) throws IOException {
        try {
            peerName(fd);
            return true;
        } catch (SystemException e) {
            if (e.errno() == Errno.ENOTCONN) {
                return false;
            }
            throw e;
        }
    }

    private interface Asking {
        void ask(int fd, MemorySegment address, MemorySegment length) throws IOException;
    }

    private static Address name(int fd, Asking asking) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var address = arena.allocate(Layouts.SOCKADDR_STORAGE, 8);
            var length = arena.allocateFrom(JAVA_INT, (int) Layouts.SOCKADDR_STORAGE);
            asking.ask(fd, address, length);
            return Sockaddr.read(address, length.get(JAVA_INT, 0));
        }
    }
}
