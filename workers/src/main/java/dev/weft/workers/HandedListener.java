package dev.weft.workers;

import java.io.IOException;
import java.net.SocketOption;
import java.util.Optional;

import dev.weft.net.Address;
import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.StreamChannel;

/** The listener of a worker's server: accepts the connections that this process is handed. The listening socket is the parent's. */
final class HandedListener implements ListenerChannel {
    private final WorkerRequests requests;
    private final Address local;
    private volatile boolean closed;

    HandedListener(WorkerRequests requests, Address local) {
        this.requests = requests;
        this.local = local;
    }

    @Override
    public Optional<StreamChannel> accept() throws IOException {
        return requests.nextConnection();
    }

    @Override
    public void awaitAcceptable() throws IOException {
        requests.await();
    }

    @Override
    public AcceptFailure classify(IOException failure) {
        return closed || requests.ended() ? AcceptFailure.CLOSED : AcceptFailure.OTHER;
    }

    @Override
    public Address local() {
        return local;
    }

    @Override
    public void wake() {
        requests.wake();
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public UnsupportedOperationException noOption(SocketOption<?> option) {
        return unsupported(option);
    }

    static UnsupportedOperationException unsupported(SocketOption<?> option) {
        return new UnsupportedOperationException("socket option " + option
                + ": a worker process does not have the socket of its server; set the option in the builder of the server");
    }
}
