package dev.weft.linux.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

import dev.weft.net.Address;

/** Converts addresses to the kernel's form, and back. */
public final class Sockaddr {
    /** How long a Unix path or name may be: sun_path without the final NUL. */
    private static final int LONGEST_PATH = 107;
    private static final int PATH = 2;
    private static final int IN6_ADDRESS = 8;
    private static final int IN6_SCOPE = 24;
    private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xff, (byte) 0xff};
    /** The address of a Unix peer that is not bound: SPEC SS-48. */
    private static final Address UNNAMED = Address.unix(Path.of(""));

    private Sockaddr() {}

    static MemorySegment of(InetSocketAddress address, int family, Arena arena) throws IOException {
        var bytes = address.getAddress().getAddress();
        if (family == Libc.AF_INET) {
            if (bytes.length != 4) {
                throw new SocketException("an IPv4 socket can't reach " + Address.of(address));
            }
            var s = arena.allocate(Layouts.SOCKADDR_IN);
            s.set(JAVA_SHORT, 0, (short) Libc.AF_INET);
            s.set(Layouts.NETWORK_SHORT, 2, (short) address.getPort());
            MemorySegment.copy(bytes, 0, s, JAVA_BYTE, 4, 4);
            return s;
        }
        var s = arena.allocate(Layouts.SOCKADDR_IN6);
        s.set(JAVA_SHORT, 0, (short) Libc.AF_INET6);
        s.set(Layouts.NETWORK_SHORT, 2, (short) address.getPort());
        if (bytes.length == 4) { // RFC 4291, 2.5.5.2: how an IPv6 socket names an IPv4 peer; every interface is "::"
            if (!address.getAddress().isAnyLocalAddress()) {
                MemorySegment.copy(MAPPED, 0, s, JAVA_BYTE, IN6_ADDRESS, MAPPED.length);
                MemorySegment.copy(bytes, 0, s, JAVA_BYTE, IN6_ADDRESS + MAPPED.length, 4);
            }
        } else {
            MemorySegment.copy(bytes, 0, s, JAVA_BYTE, IN6_ADDRESS, 16);
            s.set(JAVA_INT, IN6_SCOPE, address.getAddress() instanceof Inet6Address six ? six.getScopeId() : 0);
        }
        return s;
    }

    /** A Unix address: a path, or an abstract name, which begins with a NUL and ends where the address does (unix(7)). */
    public static MemorySegment unix(Address address, Arena arena) throws IOException {
        var name = address.host().getBytes(StandardCharsets.UTF_8);
        if (name.length > LONGEST_PATH) {
            throw new SystemException(Errno.ENAMETOOLONG);
        }
        var isAbstract = address.kind() == Address.Kind.UNIX_ABSTRACT;
        if (name.length == 0 && !isAbstract) { // to the kernel it would be the abstract name without a character
            throw new SocketException("the empty path is that of a peer that bound none");
        }
        var s = arena.allocate(PATH + name.length + 1L, 2);
        s.set(JAVA_SHORT, 0, (short) Libc.AF_UNIX);
        MemorySegment.copy(name, 0, s, JAVA_BYTE, PATH + (isAbstract ? 1 : 0), name.length);
        return s;
    }

    /** The address that the kernel wrote, of {@code length} bytes. */
    public static Address read(MemorySegment s, int length) throws IOException {
        if (length < PATH) {
            return UNNAMED;
        }
        return switch (s.get(JAVA_SHORT, 0)) {
            case Libc.AF_INET -> Address.of(new InetSocketAddress(host(s, 4, 4, 0), port(s)));
            case Libc.AF_INET6 -> Address.of(new InetSocketAddress(host(s, IN6_ADDRESS, 16, s.get(JAVA_INT, IN6_SCOPE)), port(s)));
            case Libc.AF_UNIX -> unixName(s, length);
            default -> throw new SocketException("an address of family " + s.get(JAVA_SHORT, 0));
        };
    }

    private static int port(MemorySegment s) {
        return s.get(Layouts.NETWORK_SHORT, 2) & 0xffff;
    }

    /** Without asking any name service; a mapped IPv4 address comes out as IPv4. */
    private static InetAddress host(MemorySegment s, int at, int size, int scope) throws UnknownHostException {
        var bytes = s.asSlice(at, size).toArray(JAVA_BYTE);
        return scope == 0 ? InetAddress.getByAddress(bytes) : Inet6Address.getByAddress(null, bytes, scope);
    }

    private static Address unixName(MemorySegment s, int length) {
        var end = Math.min(length, (int) s.byteSize());
        if (end == PATH) {
            return UNNAMED;
        }
        if (s.get(JAVA_BYTE, PATH) == 0) {
            return Address.unixAbstract(text(s, PATH + 1, end));
        }
        var nul = PATH;
        while (nul < end && s.get(JAVA_BYTE, nul) != 0) {
            nul++;
        }
        return unix(text(s, PATH, nul));
    }

    /** Without a name where the JVM can't have it: in the locale C it knows ASCII paths only. Peers choose their paths as they like. */
    private static Address unix(String path) {
        try {
            return Address.unix(Path.of(path));
        } catch (InvalidPathException e) {
            return UNNAMED;
        }
    }

    private static String text(MemorySegment s, int from, int to) {
        return new String(s.asSlice(from, to - from).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
    }
}
