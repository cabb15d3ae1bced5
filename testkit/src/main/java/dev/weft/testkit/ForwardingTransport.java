package dev.weft.testkit;

import java.io.IOException;

import dev.weft.net.Address;
import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.PacketChannel;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.StreamChannel;
import dev.weft.net.spi.Transport;

/** Another transport, of which a subclass changes something. It forwards to the other one whatever the subclass does not override. */
public abstract class ForwardingTransport implements Transport {
    private final Transport inner;

    /** Forwards to this one. */
    protected ForwardingTransport(Transport inner) {
        this.inner = inner;
    }

    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public int priority() {
        return inner.priority();
    }

    @Override
    public boolean streams(Address address) {
        return inner.streams(address);
    }

    @Override
    public boolean datagrams(Address address) {
        return inner.datagrams(address);
    }

    @Override
    public ListenerChannel listen(Address address, SocketSettings settings) throws IOException {
        return inner.listen(address, settings);
    }

    @Override
    public StreamChannel connect(Address remote, SocketSettings settings) throws IOException {
        return inner.connect(remote, settings);
    }

    @Override
    public PacketChannel bind(Address local, SocketSettings settings) throws IOException {
        return inner.bind(local, settings);
    }
}
