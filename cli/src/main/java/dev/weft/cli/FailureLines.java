package dev.weft.cli;

import java.io.IOException;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Datagram;
import dev.weft.net.Server;
import dev.weft.net.ServerObserver;

/**
 * Tells what goes wrong while serving: a line for what networks do, and the stack too for a bug in a handler.
 *
 * @param terminal gets it
 */
record FailureLines(Terminal terminal) implements ServerObserver {
    @Override
    public void failed(Connection c, Throwable failure) {
        failed(c.remote(), failure);
    }

    @Override
    public void failed(Datagram d, Throwable failure) {
        failed(d.sender(), failure);
    }

    private void failed(Address remote, Throwable failure) {
        var line = Main.sentence(failure);
        var about = remote.toString();
        terminal.error(line.contains(about) ? line : about + ": " + line);
        if (terminal.debug() || !(failure instanceof IOException || failure instanceof InterruptedException)) {
            terminal.stack(failure);
        }
    }

    @Override
    public void acceptFailed(Server server, IOException failure) {
        terminal.error("cannot accept at " + server.address() + ", trying again: " + failure.getMessage());
    }
}
