package dev.weft.linux;

import java.io.IOException;
import java.util.Optional;

import dev.weft.linux.socket.Binding;
import dev.weft.linux.uring.Rings;
import dev.weft.linux.uring.UringStream;
import dev.weft.net.Address;
import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.StreamChannel;

/**
 * The native transport on {@code io_uring}: streams receive through a ring that the kernel fills by itself, all else is as with epoll.
 *
 * <p>It is never chosen by itself: {@code -Dweft.transport=io_uring} asks for it, or a builder's
 * {@code transport(Transports.named("io_uring"))}. It needs Linux 6.0 and a kernel that allows it, which many containers do not;
 * {@link #unavailable} says what is in the way. It costs one copy of what arrives.
 */
public final class UringTransport extends LinuxTransport {
    /** For {@link java.util.ServiceLoader}; touches nothing native. */
    public UringTransport() {}

    @Override
    public String name() {
        return "io_uring";
    }

    /** Below all others: only who asks for it gets it. */
    @Override
    public int priority() {
        return -1;
    }

    /** Opens the rings when first asked, as nothing else tells whether they can be had. */
    @Override
    public Optional<String> unavailable() {
        return Rings.unavailable();
    }

    @Override
    public ListenerChannel listen(Address address, SocketSettings settings) throws IOException {
        return Binding.listen(address, settings,
                (fd, family, remote, local) -> UringStream.accepted(Rings.next(), fd, family, remote, local.orElse(null)));
    }

    @Override
    public StreamChannel connect(Address remote, SocketSettings settings) throws IOException {
        return Binding.connect(remote, settings, (fd, family, connected) -> UringStream.connecting(Rings.next(), fd, family, remote, connected));
    }
}
