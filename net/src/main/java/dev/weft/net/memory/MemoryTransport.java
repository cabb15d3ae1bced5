package dev.weft.net.memory;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import dev.weft.net.Address;
import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.PacketChannel;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.StreamChannel;
import dev.weft.net.spi.Transport;

/**
 * Connections inside one process, for tests without a network: with back-pressure, half-close and reset, like those of a kernel.
 *
 * <p>Names live in this process; a name is taken from {@code listen} until the listener is closed.
 */
public final class MemoryTransport implements Transport {
    private static final ConcurrentHashMap<String, MemoryListener> LISTENERS = new ConcurrentHashMap<>();
    private static final AtomicLong CLIENTS = new AtomicLong();

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public boolean streams(Address address) {
        return address.kind() == Address.Kind.MEMORY;
    }

    @Override
    public boolean datagrams(Address address) {
        return false;
    }

    @Override
    public ListenerChannel listen(Address address, SocketSettings settings) throws IOException {
        refuseOptions(settings);
        var listener = new MemoryListener(address, settings.backlog(), l -> LISTENERS.remove(address.host(), l));
        if (LISTENERS.putIfAbsent(address.host(), listener) != null) {
            throw new BindException("cannot bind " + address + ": address already in use (another server of that name in this process)");
        }
        return listener;
    }

    @Override
    public StreamChannel connect(Address remote, SocketSettings settings) throws IOException {
        refuseOptions(settings);
        var listener = LISTENERS.get(remote.host());
        if (listener == null) {
            throw new ConnectException("cannot connect to " + remote + ": no server of that name in this process");
        }
        var local = settings.from().orElseGet(() -> Address.memory(remote.host() + "-client-" + CLIENTS.incrementAndGet()));
        var there = new MemoryPipe();
        var back = new MemoryPipe();
        listener.offer(new MemoryStream(there, back, remote, local));
        return new MemoryStream(back, there, local, remote);
    }

    @Override
    public PacketChannel bind(Address local, SocketSettings settings) {
        throw new UnsupportedOperationException("the memory transport has no datagrams");
    }

    private static void refuseOptions(SocketSettings settings) {
        if (!settings.options().isEmpty()) {
            throw new UnsupportedOperationException(
                    "a memory connection has no socket options, so no " + settings.options().keySet().iterator().next());
        }
    }
}
