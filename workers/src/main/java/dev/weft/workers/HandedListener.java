package dev.weft.workers;

import java.io.IOException;
import java.net.SocketOption;
import java.util.Optional;
import java.util.Set;

import dev.weft.net.Address;
import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.StreamChannel;

/** What a worker's server accepts from: the connections that it is handed. The socket itself stays with the parent. */
final class HandedListener implements ListenerChannel {
    private final Jobs jobs;
    private final Address local;
    private volatile boolean closed;

    HandedListener(Jobs jobs, Address local) {
        this.jobs = jobs;
        this.local = local;
    }

    @Override
    public Optional<StreamChannel> accept() throws IOException {
        return jobs.nextConnection();
    }

    @Override
    public void awaitAcceptable() throws IOException {
        jobs.await();
    }

    @Override
    public AcceptFailure classify(IOException failure) {
        return closed || jobs.ended() ? AcceptFailure.CLOSED : AcceptFailure.OTHER;
    }

    @Override
    public Address local() {
        return local;
    }

    @Override
    public void wake() {
        jobs.wake();
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return Set.of();
    }

    @Override
    public <T> void option(SocketOption<T> option, T value) {
        throw unsupported(option);
    }

    @Override
    public <T> T option(SocketOption<T> option) {
        throw unsupported(option);
    }

    static UnsupportedOperationException unsupported(SocketOption<?> option) {
        return new UnsupportedOperationException("socket option " + option + ": a worker process doesn't have its server's socket");
    }
}
