package dev.weft.net;

import java.io.IOException;
import java.net.SocketOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.ListenerChannel.AcceptFailure;
import dev.weft.net.spi.PacketChannel;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.StreamChannel;
import dev.weft.net.spi.Transport;

/** Another transport whose accepts and receives fail as often as the test says, then work. */
final class FailingTransport implements Transport {
    private final Transport inner;
    private final AcceptFailure kind;
    private final AtomicInteger failures;
    private Optional<RuntimeException> bug = Optional.empty();

    /** The next {@code times} accepts or receives fail. */
    FailingTransport(Transport inner, AcceptFailure kind, int times) {
        this.inner = inner;
        this.kind = kind;
        failures = new AtomicInteger(times);
    }

    /** Each accept or receive throws this instead. */
    FailingTransport throwing(RuntimeException bug) {
        this.bug = Optional.of(bug);
        return this;
    }

    private void fail() throws IOException {
        if (bug.isPresent()) {
            throw bug.get();
        }
        if (failures.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
            throw new IOException("made to fail: " + kind);
        }
    }

    @Override
    public String name() {
        return "failing";
    }

    @Override
    public int priority() {
        return 0;
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
        var listener = inner.listen(address, settings);
        return new ListenerChannel() {
            @Override
            public Optional<StreamChannel> accept() throws IOException {
                fail();
                return listener.accept();
            }

            @Override
            public void awaitAcceptable() throws IOException {
                listener.awaitAcceptable();
            }

            @Override
            public AcceptFailure classify(IOException failure) {
                return String.valueOf(failure.getMessage()).startsWith("made to fail") ? kind : listener.classify(failure);
            }

            @Override
            public Address local() {
                return listener.local();
            }

            @Override
            public void close() {
                listener.close();
            }

            @Override
            public void wake() {
                listener.wake();
            }

            @Override
            public Set<SocketOption<?>> supportedOptions() {
                return listener.supportedOptions();
            }

            @Override
            public <T> void option(SocketOption<T> option, T value) throws IOException {
                listener.option(option, value);
            }

            @Override
            public <T> T option(SocketOption<T> option) throws IOException {
                return listener.option(option);
            }
        };
    }

    @Override
    public StreamChannel connect(Address remote, SocketSettings settings) throws IOException {
        return inner.connect(remote, settings);
    }

    @Override
    public PacketChannel bind(Address local, SocketSettings settings) throws IOException {
        var socket = inner.bind(local, settings);
        return new PacketChannel() {
            @Override
            public Optional<Packet> receive(byte[] into) throws IOException {
                fail();
                return socket.receive(into);
            }

            @Override
            public boolean send(byte[] data, Address to) throws IOException {
                return socket.send(data, to);
            }

            @Override
            public void awaitReadable() throws IOException {
                socket.awaitReadable();
            }

            @Override
            public void awaitWritable() throws IOException {
                socket.awaitWritable();
            }

            @Override
            public Address local() {
                return socket.local();
            }

            @Override
            public void close() {
                socket.close();
            }

            @Override
            public void wake() {
                socket.wake();
            }

            @Override
            public Set<SocketOption<?>> supportedOptions() {
                return socket.supportedOptions();
            }

            @Override
            public <T> void option(SocketOption<T> option, T value) throws IOException {
                socket.option(option, value);
            }

            @Override
            public <T> T option(SocketOption<T> option) throws IOException {
                return socket.option(option);
            }
        };
    }
}
