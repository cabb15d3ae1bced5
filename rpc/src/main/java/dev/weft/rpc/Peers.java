package dev.weft.rpc;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

import dev.weft.net.Address;
import io.netty.channel.local.LocalAddress;
import org.jspecify.annotations.Nullable;

/** Peers' addresses in the spellings that are asked for. */
final class Peers {
    private Peers() {}

    /** As gRPC writes them (its "Name Resolution"): {@code ipv4:}, {@code ipv6:}, {@code unix:}. */
    static String text(@Nullable SocketAddress address) {
        if (address instanceof InetSocketAddress inet && inet.getAddress() != null) {
            return (inet.getAddress() instanceof Inet6Address ? "ipv6:" : "ipv4:") + Address.of(inet);
        }
        if (address instanceof UnixDomainSocketAddress unix) {
            return "unix:" + unix.getPath();
        }
        return address instanceof LocalAddress within ? "memory:" + name(within) : "unknown";
    }

    /** The transport's address of a place. It would not tell capital letters from small ones in the name of one within this JVM. */
    static SocketAddress resolved(Address place) throws UnknownHostException {
        return place.kind() == Address.Kind.MEMORY ? new LocalAddress(HexFormat.of().formatHex(place.host().getBytes(StandardCharsets.UTF_8)))
                : place.resolve().getFirst();
    }

    private static String name(LocalAddress within) {
        var hex = within.id();
        return new String(HexFormat.of().parseHex(hex, hex.indexOf(':') + 1, hex.length()), StandardCharsets.UTF_8);
    }

    static Address address(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress || address instanceof UnixDomainSocketAddress ? Address.of(address)
                : Address.memory(address instanceof LocalAddress within ? name(within) : "unknown");
    }
}
