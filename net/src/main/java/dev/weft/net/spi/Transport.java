package dev.weft.net.spi;

import java.io.IOException;

import dev.weft.net.Address;

/**
 * How bytes move: java.nio, memory, epoll, io_uring.
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

    /** Among the transports that serve an address, the highest wins; the portable one has 0. */
    int priority();

    /** Why it can't be used on this machine, in words for its user; empty when it can. It then serves no address. */
    default java.util.Optional<String> unavailable() {
        return java.util.Optional.empty();
    }

    /** Whether stream sockets can be had at such an address, on this machine. */
    boolean streams(Address address);

    /** Whether datagram sockets can be had at such an address, on this machine. */
    boolean datagrams(Address address);

    /**
     * Binds and listens.
     *
     * @throws java.net.BindException when the address can't be had; the message says which and why
     */
    ListenerChannel listen(Address address, SocketSettings settings) throws IOException;

    /** Begins to connect; {@link StreamChannel#finishConnect} says when it is done. */
    StreamChannel connect(Address remote, SocketSettings settings) throws IOException;

    /**
     * Binds a datagram socket.
     *
     * @throws java.net.BindException when the address can't be had; the message says which and why
     */
    PacketChannel bind(Address local, SocketSettings settings) throws IOException;
}
