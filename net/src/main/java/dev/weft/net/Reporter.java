package dev.weft.net;

import java.io.IOException;
import java.util.function.Consumer;

/** Tells what happens to those who want to know: the counters, a flight recording, the observer. Nothing they throw gets out. */
final class Reporter {
    final Tally tally = new Tally();
    private final String server;
    private final ServerObserver observer;

    Reporter(String server, ServerObserver observer) {
        this.server = server;
        this.observer = observer;
    }

    void opened(Server opened) {
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

    void failed(Address remote, Throwable failure) {
        tally.failed.increment();
        Events.failed(server, remote, failure);
        tell("failed", o -> o.failed(remote, failure));
    }

    void acceptFailed(Server failing, IOException failure) {
        tally.acceptFailures.increment();
        tell("acceptFailed", o -> o.acceptFailed(failing, failure));
    }

    void closed(Connection c) {
        tally.bytesIn.add(c.bytesIn());
        tally.bytesOut.add(c.bytesOut());
        var age = c.age();
        Events.closed(server, c, age);
        tell("closed", o -> o.closed(c, age, c.bytesIn(), c.bytesOut()));
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
