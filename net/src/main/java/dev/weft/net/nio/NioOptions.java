package dev.weft.net.nio;

import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import dev.weft.net.WeftSocketOptions;

/**
 * A server's socket options on java.nio: those of the listener, and those of each connection. An option that fits neither is refused when
 * the server is opened, not at its first client.
 */
final class NioOptions {
    private static final Set<SocketOption<?>> UNIX_ONLY = Set.of(WeftSocketOptions.UNIX_MODE, WeftSocketOptions.UNIX_UNLINK);
    private static final Set<SocketOption<?>> NATIVE = Set.of(WeftSocketOptions.IPV6_ONLY, WeftSocketOptions.ACCEPTORS);
    private static final Set<SocketOption<?>> LISTENER_ONLY = Set.of(StandardSocketOptions.SO_REUSEADDR, StandardSocketOptions.SO_REUSEPORT);

    /** The options that each accepted connection gets. */
    private final Map<SocketOption<?>, Object> connections = new LinkedHashMap<>();

    /** Sets the listener's options, which by default reuses addresses, and keeps those of its connections. */
    NioOptions(ServerSocketChannel listener, StandardProtocolFamily family, Map<SocketOption<?>, Object> asked) throws IOException {
        refuseNative(asked);
        if (family != StandardProtocolFamily.UNIX) {
            listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            connections.put(StandardSocketOptions.TCP_NODELAY, true);
        }
        var probe = asked.isEmpty() ? null : SocketChannel.open(family);
        try {
            for (var entry : asked.entrySet()) {
                var option = entry.getKey();
                if (family == StandardProtocolFamily.UNIX && UNIX_ONLY.contains(option)) {
                    continue; // the transport sees to these
                }
                var onListener = listener.supportedOptions().contains(option);
                var onConnections = probe != null && !LISTENER_ONLY.contains(option) && probe.supportedOptions().contains(option);
                if (!onListener && !onConnections) {
                    throw new UnsupportedOperationException("socket option " + option + " is not known to " + family + " sockets here");
                }
                if (onListener) {
                    set(listener, option, entry.getValue());
                }
                if (onConnections && probe != null) {
                    set(probe, option, entry.getValue());
                    connections.put(option, entry.getValue());
                }
            }
        } finally {
            if (probe != null) {
                probe.close();
            }
        }
    }

    /** Sets an accepted connection's options. */
    void apply(SocketChannel connection) throws IOException {
        setAll(connection, connections);
    }

    /** Sets the options of a socket that has just one part: a dialled connection's, a datagram socket's. */
    static void setAll(NetworkChannel channel, Map<SocketOption<?>, Object> options) throws IOException {
        refuseNative(options);
        for (var option : options.entrySet()) {
            set(channel, option.getKey(), option.getValue());
        }
    }

    private static void refuseNative(Map<SocketOption<?>, Object> options) {
        for (var option : NATIVE) {
            if (options.containsKey(option)) {
                throw new UnsupportedOperationException(option + " needs the native transport: put dev.weft.linux on the class path");
            }
        }
    }

    private static <T> void set(NetworkChannel channel, SocketOption<T> option, Object value) throws IOException {
        channel.setOption(option, option.type().cast(value));
    }
}
