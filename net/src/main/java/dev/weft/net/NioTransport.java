package dev.weft.net;

import java.io.IOException;
import java.net.BindException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.PacketChannel;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.StreamChannel;
import dev.weft.net.spi.Transport;

/** The portable transport: TCP, Unix stream sockets and UDP on java.nio. It has no Unix datagrams, as the JDK has none (SPEC SS-50). */
final class NioTransport implements Transport {
    /** Options of a listener that mean nothing on its connections. */
    private static final Set<SocketOption<?>> LISTENER_ONLY = Set.of(StandardSocketOptions.SO_REUSEADDR, StandardSocketOptions.SO_REUSEPORT,
            WeftSocketOptions.UNIX_MODE, WeftSocketOptions.UNIX_UNLINK, WeftSocketOptions.IPV6_ONLY);

    @Override
    public String name() {
        return "nio";
    }

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public boolean streams(Address address) {
        return address.kind() == Address.Kind.INET || address.kind() == Address.Kind.UNIX;
    }

    @Override
    public boolean datagrams(Address address) {
        return address.kind() == Address.Kind.INET;
    }

    @Override
    public ListenerChannel listen(Address address, SocketSettings settings) throws IOException {
        refuseNativeOptions(settings);
        var channel = address.kind() == Address.Kind.UNIX
                ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                : address.isAny() ? ServerSocketChannel.open() : ServerSocketChannel.open(family(address));
        try {
            checkOptions(channel, address.kind() == Address.Kind.UNIX ? StandardProtocolFamily.UNIX : StandardProtocolFamily.INET,
                    settings.options().keySet());
            if (address.kind() == Address.Kind.UNIX) {
                if (settings.option(WeftSocketOptions.UNIX_UNLINK).orElse(false)) {
                    removeStale(Path.of(address.host()));
                }
            } else {
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            }
            for (var option : settings.options().entrySet()) {
                if (channel.supportedOptions().contains(option.getKey())) {
                    set(channel::setOption, option.getKey(), option.getValue());
                }
            }
            bind(address, bound -> channel.bind(bound, settings.backlog()));
            if (address.kind() == Address.Kind.UNIX && settings.option(WeftSocketOptions.UNIX_MODE).isPresent()) {
                Files.setPosixFilePermissions(Path.of(address.host()), settings.option(WeftSocketOptions.UNIX_MODE).get());
            }
            return new NioListener(channel, settings);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public StreamChannel connect(Address remote, SocketSettings settings) throws IOException {
        var target = remote.resolve().getFirst();
        var channel = target instanceof InetSocketAddress inet ? SocketChannel.open(family(inet)) : SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.configureBlocking(false);
            if (channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
            for (var option : settings.options().entrySet()) {
                set(channel::setOption, option.getKey(), option.getValue());
            }
            if (settings.from().isPresent()) {
                bind(settings.from().get(), channel::bind);
            }
            channel.connect(target);
        } catch (IOException e) {
            channel.close();
            throw explain(e, "cannot connect to " + remote);
        } catch (RuntimeException e) {
            channel.close();
            throw e;
        }
        return NioStream.of(channel, remote);
    }

    @Override
    public PacketChannel bind(Address local, SocketSettings settings) throws IOException {
        refuseNativeOptions(settings);
        var channel = local.isAny() ? DatagramChannel.open() : DatagramChannel.open(family(local));
        try {
            for (var option : settings.options().entrySet()) {
                set(channel::setOption, option.getKey(), option.getValue());
            }
            bind(local, channel::bind);
            return new NioPackets(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** The defaults of a connection, then what the user set. */
    static void apply(StreamChannel stream, Map<SocketOption<?>, Object> options) throws IOException {
        if (stream.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY) && !options.containsKey(StandardSocketOptions.TCP_NODELAY)) {
            stream.option(StandardSocketOptions.TCP_NODELAY, true);
        }
        for (var option : options.entrySet()) {
            if (!LISTENER_ONLY.contains(option.getKey()) && stream.supportedOptions().contains(option.getKey())) {
                set(new Setter() {
                    @Override
                    public <T> void set(SocketOption<T> name, T value) throws IOException {
                        stream.option(name, value);
                    }
                }, option.getKey(), option.getValue());
            }
        }
    }

    /** Refuses, when the server is opened, an option that means nothing on the listener nor on what it will accept. */
    private static void checkOptions(ServerSocketChannel listener, ProtocolFamily family, Set<SocketOption<?>> asked) throws IOException {
        var unknown = new HashSet<>(asked);
        unknown.removeAll(LISTENER_ONLY);
        unknown.removeAll(listener.supportedOptions());
        if (!unknown.isEmpty()) {
            try (var probe = SocketChannel.open(family)) {
                unknown.removeAll(probe.supportedOptions());
            }
        }
        if (!unknown.isEmpty()) {
            throw new UnsupportedOperationException("socket option " + unknown.iterator().next() + " is not known to " + family + " sockets here");
        }
    }

    @FunctionalInterface
    private interface Binding {
        void bind(SocketAddress address) throws IOException;
    }

    /** Binds to the first address of the name, or says what, where and why not. */
    private static void bind(Address address, Binding binding) throws IOException {
        SocketAddress target = address.isAny() ? new InetSocketAddress(address.port()) : address.resolve().getFirst();
        try {
            binding.bind(target);
        } catch (IOException e) {
            throw explain(e, "cannot bind " + address);
        }
    }

    /** The same failure, in words for the person who reads it. */
    static IOException explain(IOException e, String what) {
        var text = String.valueOf(e.getMessage());
        var lower = text.toLowerCase(Locale.ROOT);
        var unix = what.contains(" unix:");
        String why;
        if (lower.contains("address already in use")) {
            why = unix
                    ? "address already in use (the file exists: another server, or a stale socket to be removed)"
                    : "address already in use (another server on this port?)";
        } else if (lower.contains("cannot assign requested address")) {
            why = "no such address on this machine";
        } else if (lower.contains("permission denied")) {
            why = unix ? "permission denied (on the folder or the socket file)" : "permission denied (ports below 1024 need a privilege)";
        } else if (lower.contains("no such file")) {
            why = unix && what.startsWith("cannot connect") ? "no such socket file" : "no such folder";
        } else if (lower.contains("too long")) {
            why = "the path is too long for a Unix socket (107 bytes on Linux)";
        } else if (lower.contains("refused")) {
            why = unix ? "nobody listens on this socket file" : "connection refused (no server on this port?)";
        } else {
            why = text;
        }
        IOException clear = what.startsWith("cannot bind") ? new BindException(what + ": " + why) : new java.net.ConnectException(what + ": " + why);
        clear.initCause(e);
        return clear;
    }

    /** A socket file to which nobody listens any more; anything else is left alone. */
    private static void removeStale(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                || !(Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) instanceof Integer mode)
                || (mode & 0170000) != 0140000) { // S_IFMT, S_IFSOCK: inode(7)
            return;
        }
        try (var probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.connect(java.net.UnixDomainSocketAddress.of(path));
        } catch (IOException nobodyThere) {
            Files.delete(path);
        }
    }

    private static void refuseNativeOptions(SocketSettings settings) {
        if (settings.option(WeftSocketOptions.IPV6_ONLY).isPresent()) {
            throw new UnsupportedOperationException("IPV6_ONLY needs the native transport: put dev.weft.linux on the class path");
        }
    }

    private static ProtocolFamily family(Address address) throws IOException {
        return family((InetSocketAddress) address.resolve().getFirst());
    }

    private static ProtocolFamily family(InetSocketAddress address) {
        return address.getAddress() instanceof Inet6Address ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
    }

    private interface Setter {
        <T> void set(SocketOption<T> option, T value) throws IOException;
    }

    private static <T> void set(Setter setter, SocketOption<T> option, Object value) throws IOException {
        setter.set(option, option.type().cast(value));
    }
}
