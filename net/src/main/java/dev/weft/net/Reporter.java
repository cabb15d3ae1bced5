package dev.weft.net;

import java.io.IOException;
import java.util.Objects;
import java.util.function.Consumer;

import dev.weft.net.serve.Events;
import dev.weft.net.serve.Reports;
import org.jspecify.annotations.Nullable;

/** Tells the counters, a flight recording and the observer what happens. What they throw is logged. */
final class Reporter implements RequestEvents, Reports {
    private final ServerCounters counters = new ServerCounters();
    private final String server;
    private final ServerObserver observer;
    private volatile @Nullable Server whole;

    Reporter(String server, ServerObserver observer) {
        this.server = server;
        this.observer = observer;
    }

    @Override
    public ServerCounters counters() {
        return counters;
    }

    /** The server is whole. */
    void opened(Server opened) {
        whole = opened;
        tell("opened", o -> o.opened(opened));
    }

    @Override
    public void accepted(Connection c) {
        Events.accepted(server, c.id(), c.remote());
        tell("accepted", o -> o.accepted(c));
    }

    @Override
    public void rejected(Address remote, String reason) {
        counters.rejected.increment();
        Events.rejected(server, remote, reason);
        tell("rejected", o -> o.rejected(remote, reason));
    }

    @Override
    public void failed(Connection c, Throwable failure) {
        counters.failed.increment();
        Events.failed(server, c.remote(), failure);
        tell("failed", o -> o.failed(c, failure));
    }

    @Override
    public void failed(Datagram d, Throwable failure) {
        counters.failed.increment();
        Events.failed(server, d.sender(), failure);
        tell("failed", o -> o.failed(d, failure));
    }

    @Override
    public void tooSlow(Connection c, String why) {
        counters.tooSlow.increment();
        tell("tooSlow", o -> o.tooSlow(c, why));
    }

    @Override
    public void undelivered() {
        counters.undelivered.increment();
    }

    @Override
    public void acceptFailed(IOException failure) {
        counters.acceptFailures.increment();
        tell("acceptFailed", o -> o.acceptFailed(Objects.requireNonNull(whole), failure));
    }

    @Override
    public void closed(StreamRequest request) {
        var c = request.connection();
        var in = c.bytesIn();
        var out = c.bytesOut();
        counters.settle(request, in, out);
        var age = c.core().age();
        Events.closed(server, c.id(), c.remote(), age, in, out);
        tell("closed", o -> o.closed(c, age, in, out));
    }

    @Override
    public void dropped(Datagram d) {
        counters.dropped.increment();
        tell("dropped", o -> o.dropped(d));
    }

    @Override
    public void drained(DrainReport report) {
        Events.drained(server, report);
        tell("drained", o -> o.drained(report));
    }

    private void tell(String call, Consumer<ServerObserver> tidings) {
        try {
            tidings.accept(observer);
        } catch (Throwable t) {
            try {
                Log.observerFailed(call, t);
            } catch (Throwable ignored) {
                // The logger has failed too: there is no other way to tell.
            }
        }
    }
}
