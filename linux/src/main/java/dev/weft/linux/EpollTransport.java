package dev.weft.linux;

import java.io.IOException;
import java.util.Optional;

import dev.weft.linux.socket.Binding;
import dev.weft.linux.socket.EpollStream;
import dev.weft.linux.sys.Native;
import dev.weft.net.Address;
import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.StreamChannel;

/**
 * The native transport, {@code epoll}: TCP, UDP, Unix stream and Unix datagram sockets, abstract names, straight on the system calls.
 *
 * <p>It is chosen by itself where it can be had: on Linux, x86-64 or arm64, with native access allowed. Elsewhere
 * {@link #unavailable} says why not, and the portable transport serves.
 */
public final class EpollTransport extends LinuxTransport {
    /** For {@link java.util.ServiceLoader}; touches nothing native. */
    public EpollTransport() {}

    @Override
    public String name() {
        return "epoll";
    }

    @Override
    public int priority() {
        return 100;
    }

    @Override
    public Optional<String> unavailable() {
        return Native.unavailable();
    }

    @Override
    public ListenerChannel listen(Address address, SocketSettings settings) throws IOException {
        return Binding.listen(address, settings, (fd, family, remote, local) -> EpollStream.accepted(fd, family, remote, local.orElse(null)));
    }

    @Override
    public StreamChannel connect(Address remote, SocketSettings settings) throws IOException {
        return Binding.connect(remote, settings, (fd, family, connected) -> EpollStream.connecting(fd, family, remote, connected));
    }
}
