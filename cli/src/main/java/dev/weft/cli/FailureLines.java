package dev.weft.cli;

import java.io.IOException;
import java.time.Duration;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Datagram;
import dev.weft.net.Server;
import dev.weft.net.ServerObserver;
import dev.weft.net.TimeSource;
import dev.weft.net.support.RateLimit;

/**
 * Tells what goes wrong while serving: a line for what networks do, and the stack too for a bug in a handler. What peers do, and failures to
 * accept, are ten lines a minute at most, then one that counts the rest: strangers must not fill a log. With {@code --debug} all of them.
 */
final class FailureLines implements ServerObserver {
    private static final int MOST = 10;
    private static final Duration PERIOD = Duration.ofMinutes(1);

    private final Terminal terminal;
    private final RateLimit peers;
    private final RateLimit accepting;

    /** Failures go to the error stream of the terminal. */
    FailureLines(Terminal terminal, TimeSource time) {
        this.terminal = terminal;
        peers = limit("lines about peers", time);
        accepting = limit("failures to accept", time);
    }

    private RateLimit limit(String what, TimeSource time) {
        return new RateLimit(MOST, PERIOD, time, count -> terminal.error("%d more %s were left out within %d s; --debug shows all of them"
                .formatted(count, what, PERIOD.toSeconds())));
    }

    @Override
    public void failed(Connection c, Throwable failure) {
        if (!c.causedByPeer(failure) || terminal.debug() || peers.pass()) {
            failed(c.remote(), failure);
        }
    }

    @Override
    public void failed(Datagram d, Throwable failure) {
        failed(d.sender(), failure);
    }

    private void failed(Address remote, Throwable failure) {
        var line = FailureText.sentence(failure);
        var about = remote.toString();
        terminal.error(line.contains(about) ? line : about + ": " + line);
        if (terminal.debug() || !(failure instanceof IOException || failure instanceof InterruptedException)) {
            terminal.stack(failure);
        }
    }

    @Override
    public void acceptFailed(Server server, IOException failure) {
        if (terminal.debug() || accepting.pass()) {
            terminal.error("cannot accept at " + server.address() + ", trying again: " + failure.getMessage());
        }
    }
}
