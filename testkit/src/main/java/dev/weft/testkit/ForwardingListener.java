package dev.weft.testkit;

import java.io.IOException;
import java.net.SocketOption;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

import dev.weft.net.Address;
import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.StreamChannel;

/** Another listener, with something changed by a subclass. */
abstract class ForwardingListener implements ListenerChannel {
    private final ListenerChannel inner;

    ForwardingListener(ListenerChannel inner) {
        this.inner = inner;
    }

    @Override
    public Optional<StreamChannel> accept() throws IOException {
        return inner.accept();
    }

    @Override
    public void awaitAcceptable() throws IOException {
        inner.awaitAcceptable();
    }

    @Override
    public AcceptFailure classify(IOException failure) {
        return inner.classify(failure);
    }

    @Override
    public void leaveQueue() {
        inner.leaveQueue();
    }

    @Override
    public Address local() {
        return inner.local();
    }

    @Override
    public void wake() {
        inner.wake();
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return inner.supportedOptions();
    }

    @Override
    public <T> void option(SocketOption<T> option, T value) throws IOException {
        inner.option(option, value);
    }

    @Override
    public <T> T option(SocketOption<T> option) throws IOException {
        return inner.option(option);
    }

    @Override
    public OptionalInt fileno() {
        return inner.fileno();
    }

    @Override
    public void close() {
        inner.close();
    }
}
