package dev.weft.net.nio;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import dev.weft.net.Address;
import dev.weft.net.WeftSocketOptions;
import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.PacketChannel;
import dev.weft.net.spi.SocketFailure;
import dev.weft.net.spi.SocketFile;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.StreamChannel;
import dev.weft.net.spi.Transport;

/** The portable transport: TCP, Unix stream sockets and UDP on java.nio. It has no Unix datagrams, as the JDK has none (SPEC SS-50). */
public final class NioTransport implements Transport {
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
        return address.kind() == Address.Kind.UNIX ? listenUnix(address, settings) : listenTcp(address, settings);
    }

    private static ListenerChannel listenTcp(Address address, SocketSettings settings) throws IOException {
        var channel = address.isAny() ? ServerSocketChannel.open() : ServerSocketChannel.open(family(address));
        return orClose(channel, () -> {
            var options = new NioOptions(channel, StandardProtocolFamily.INET, settings.options());
            bind(address, bound -> channel.bind(bound, settings.backlog()));
            return new NioListener(channel, options, Optional.empty());
        });
    }

    private static ListenerChannel listenUnix(Address address, SocketSettings settings) throws IOException {
        var channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        var path = Path.of(address.host());
        var unlink = settings.option(WeftSocketOptions.UNIX_UNLINK).orElse(false);
        return orClose(channel, () -> {
            var options = new NioOptions(channel, StandardProtocolFamily.UNIX, settings.options());
            if (unlink) {
                SocketFile.removeStale(path);
            }
            bind(address, bound -> channel.bind(bound, settings.backlog()));
            var mode = settings.option(WeftSocketOptions.UNIX_MODE);
            var file = SocketFile.made(path);
            if (mode.isPresent()) {
                try {
                    Files.setPosixFilePermissions(path, mode.get());
                } catch (IOException | RuntimeException | Error e) {
                    file.remove();
                    throw e;
                }
            }
            return new NioListener(channel, options, unlink ? Optional.of(file) : Optional.empty());
        });
    }

    @Override
    public StreamChannel connect(Address remote, SocketSettings settings) throws IOException {
        var target = remote.resolve().getFirst();
        var channel = target instanceof InetSocketAddress inet ? SocketChannel.open(family(inet)) : SocketChannel.open(StandardProtocolFamily.UNIX);
        return orClose(channel, () -> {
            channel.configureBlocking(false);
            if (channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
            NioOptions.setAll(channel, settings.options());
            if (settings.from().isPresent()) {
                bind(settings.from().get(), channel::bind);
            }
            try {
                channel.connect(target);
            } catch (IOException e) {
                throw SocketFailure.cannotConnect(remote, NioErrors.of(e), e);
            }
            return NioStream.of(channel, remote);
        });
    }

    @Override
    public PacketChannel bind(Address local, SocketSettings settings) throws IOException {
        var channel = local.isAny() ? DatagramChannel.open() : DatagramChannel.open(family(local));
        return orClose(channel, () -> {
            NioOptions.setAll(channel, settings.options());
            bind(local, channel::bind);
            return new NioPackets(channel);
        });
    }

    private interface Making<T> {
        T make() throws IOException;
    }

    /** Makes something of a channel, and closes the channel if that fails. */
    private static <T> T orClose(Channel channel, Making<T> making) throws IOException {
        try {
            return making.make();
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    @FunctionalInterface
    private interface Binding {
        void bind(SocketAddress address) throws IOException;
    }

    /** Binds to the first address of the name; a failure says which address and why. */
    private static void bind(Address address, Binding binding) throws IOException {
        SocketAddress target = address.isAny() ? new InetSocketAddress(address.port()) : address.resolve().getFirst();
        try {
            binding.bind(target);
        } catch (IOException e) {
            throw SocketFailure.cannotBind(address, NioErrors.of(e), e);
        }
    }

    private static ProtocolFamily family(Address address) throws IOException {
        return family((InetSocketAddress) address.resolve().getFirst());
    }

    private static ProtocolFamily family(InetSocketAddress address) {
        return address.getAddress() instanceof Inet6Address ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
    }
}
