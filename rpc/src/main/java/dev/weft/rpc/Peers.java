package dev.weft.rpc;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

import dev.weft.net.Address;
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
        return address == null ? "unknown" : "memory:" + address;
    }

    static Address address(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress || address instanceof UnixDomainSocketAddress ? Address.of(address)
                : Address.memory(address == null ? "unknown" : address.toString());
    }
}
