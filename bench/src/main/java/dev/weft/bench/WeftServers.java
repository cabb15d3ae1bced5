package dev.weft.bench;

import java.io.IOException;

import dev.weft.net.Admission;
import dev.weft.net.Server;
import dev.weft.net.StreamBuilder;

/** What both Weft servers have in common: 127.0.0.1, and room for every connection of the idle test. */
final class WeftServers {
    private static final int ROOM = 100_000;

    private WeftServers() {}

    static StreamBuilder at(int port) {
        return Server.tcp("127.0.0.1", port).admission(Admission.waiting(ROOM));
    }

    static void serve(Server server) throws IOException {
        Control.serve(server.start().port());
    }
}
