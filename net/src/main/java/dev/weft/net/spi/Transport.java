package dev.weft.net.spi;

import java.io.IOException;

import dev.weft.net.Address;

/**
 * A way to move bytes: java.nio, memory, epoll, io_uring.
 *
 * <p>A transport knows nothing of time, admission, framing or TLS. Its channels move bytes without blocking and wait without a limit; the
 * layer above ends a wait early with {@code wake} when a deadline has passed, so deadlines work alike on every transport. Instances are
 * shared by all servers and safe for any thread.
 *
 * <p>A provider outside {@code dev.weft.net} is a public final class with a public no-argument constructor, named in its
 * {@code module-info} and in {@code META-INF/services}; constructing it must be cheap and touch nothing native.
 */
public interface Transport {
    /** A short lower-case name: {@code nio}, {@code memory}; the value of the system property {@code weft.transport}. */
    String name();

    /** Of the transports that serve an address, the one with the highest priority is chosen; the portable one has 0. */
    int priority();

    /** Why this machine cannot use it, in words for its user; empty when it can. When it cannot, it serves no address. */
    default java.util.Optional<String> unavailable() {
        return java.util.Optional.empty();
    }

    /** Whether it offers stream sockets for such an address, on this machine. */
    boolean streams(Address address);

    /** Whether it offers datagram sockets for such an address, on this machine. */
    boolean datagrams(Address address);

    /**
     * Binds and listens.
     *
     * @throws java.net.BindException when the address can't be had; the message says which and why
     */
    ListenerChannel listen(Address address, SocketSettings settings) throws IOException;

    /** Begins to connect; {@link StreamChannel#finishConnect} tells when the connection is established. */
    StreamChannel connect(Address remote, SocketSettings settings) throws IOException;

    /**
     * Binds a datagram socket.
     *
     * @throws java.net.BindException when the address can't be had; the message says which and why
     */
    PacketChannel bind(Address local, SocketSettings settings) throws IOException;
}
