package dev.weft.net;

import java.io.IOException;
import java.util.Objects;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/** Tells what happens to those who want to know: the counters, a flight recording, the observer. Nothing they throw gets out. */
final class Reporter implements MemberNews {
    final Tally tally = new Tally();
    private final String server;
    private final ServerObserver observer;
    private volatile @Nullable Server whole;

    Reporter(String server, ServerObserver observer) {
        this.server = server;
        this.observer = observer;
    }

    void opened(Server opened) {
        whole = opened;
        tell("opened", o -> o.opened(opened));
    }

    void accepted(Connection c) {
        Events.accepted(server, c);
        tell("accepted", o -> o.accepted(c));
    }

    void rejected(Address remote, String reason) {
        tally.rejected.increment();
        Events.rejected(server, remote, reason);
        tell("rejected", o -> o.rejected(remote, reason));
    }

    void failed(Connection c, Throwable failure) {
        tally.failed.increment();
        Events.failed(server, c.remote(), failure);
        tell("failed", o -> o.failed(c, failure));
    }

    void failed(Datagram d, Throwable failure) {
        tally.failed.increment();
        Events.failed(server, d.sender(), failure);
        tell("failed", o -> o.failed(d, failure));
    }

    @Override
    public void tooSlow(Connection c, String why) {
        tally.tooSlow.increment();
        tell("tooSlow", o -> o.tooSlow(c, why));
    }

    @Override
    public void undelivered() {
        tally.undelivered.increment();
    }

    void acceptFailed(IOException failure) {
        tally.acceptFailures.increment();
        tell("acceptFailed", o -> o.acceptFailed(Objects.requireNonNull(whole), failure));
    }

    void closed(StreamRequest request) {
        var c = request.connection();
        var in = c.bytesIn();
        var out = c.bytesOut();
        tally.settle(request, in, out);
        var age = c.age();
        Events.closed(server, c, age);
        tell("closed", o -> o.closed(c, age, in, out));
    }

    void dropped(Datagram d) {
        tally.dropped.increment();
        tell("dropped", o -> o.dropped(d));
    }

    void drained(DrainReport report) {
        Events.drained(server, report);
        if (!report.clean()) {
            Log.stragglers(server, report);
        }
        tell("drained", o -> o.drained(report));
    }

    private void tell(String call, Consumer<ServerObserver> tidings) {
        try {
            tidings.accept(observer);
        } catch (Throwable t) {
            try {
                Log.observerFailed(call, t);
            } catch (Throwable ignored) {
                // A logger that fails too leaves nobody to tell.
            }
        }
    }
}
