package dev.weft.net;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Predicate;

import dev.weft.net.serve.Runner;
import dev.weft.net.serve.RunningRequests;
import dev.weft.net.spi.PacketChannel;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.Transport;

/** How a datagram server will be: see {@link Server#udp(int)}, {@link Server#unixDatagrams} and {@link Server#datagrams}. */
public final class DatagramBuilder extends ServerBuilder<DatagramBuilder> {
    private int inFlight = 1_000;
    private int maxPacketSize = 8_192;
    private Predicate<? super Datagram> verify = d -> true;

    DatagramBuilder(Address address) {
        super(address);
    }

    @Override
    DatagramBuilder self() {
        return this;
    }

    /** How many requests are served at once; further ones are dropped and counted. Default 1,000. */
    public DatagramBuilder inFlight(int requests) {
        inFlight = atLeastOne(requests, "inFlight");
        return this;
    }

    /** Longer datagrams are cut: see {@link Datagram#truncated}. Default 8,192 bytes, as in socketserver; 65,535 at most. */
    public DatagramBuilder maxPacketSize(int bytes) {
        if (bytes > 65_535) {
            throw new IllegalArgumentException("maxPacketSize: at most 65,535 bytes, as no datagram is longer, not " + bytes);
        }
        maxPacketSize = atLeastOne(bytes, "maxPacketSize");
        return this;
    }

    /** socketserver's verify_request: false, or an exception, drops the datagram. Called on the serving thread: it must be quick. */
    public DatagramBuilder verify(Predicate<? super Datagram> verify) {
        this.verify = verify;
        return this;
    }

    /** Binds; one handler object serves each datagram. Throws as {@link StreamBuilder#open(Handler)} does. */
    public Server open(DatagramHandler handler) throws IOException {
        return open(HandlerSource.of(handler));
    }

    /** Binds; each datagram gets its own object of this class: static or top-level, with a constructor without arguments. */
    public Server open(Class<? extends DatagramHandler> handler) throws IOException {
        return open(HandlerSource.<DatagramHandler>of(handler));
    }

    /** A whole program: as {@link StreamBuilder#serve(Handler)}, for datagrams. */
    public void serve(DatagramHandler handler) throws IOException {
        open(handler).runAndClose();
    }

    /** As {@link #serve(DatagramHandler)}, with an object of this class each. */
    public void serve(Class<? extends DatagramHandler> handler) throws IOException {
        open(handler).runAndClose();
    }

    private Server open(HandlerSource<DatagramHandler> handlers) throws IOException {
        checkConcurrency(handlers);
        var by = Transports.datagrams(address, Optional.ofNullable(transport));
        var channel = by.bind(address, new SocketSettings(options, 0, Optional.empty()));
        return opened(channel::close, () -> {
            if (concurrency instanceof Concurrency.Processes processes) {
                var workers = ProcessConcurrency.ofPackets(name, channel, handlers, processes, deadlines, maxPacketSize, time);
                return server(by, channel, workers.datagrams(), workers.runner(name));
            }
            return server(by, channel, handlers, Runner.of(concurrency, name));
        });
    }

    private Server server(Transport by, PacketChannel channel, HandlerSource<DatagramHandler> handlers, Runner runner) {
        var requests = new RunningRequests(time);
        var reporter = new Reporter(name, observer);
        var intake = new PacketIntake(channel, handlers, verify, inFlight, maxPacketSize, deadlines.write(), requests, reporter, runner);
        return new Server(this, by, handlers, runner, requests, reporter, intake);
    }
}
