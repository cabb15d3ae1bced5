package dev.weft.bench;

import java.io.IOException;

/** {@code WeftEcho [PORT]}: echo on Weft, on the transport that {@code -Dweft.transport} names. */
final class WeftEcho {
    private WeftEcho() {}

    static void main(String[] args) throws IOException {
        try (var server = WeftServers.at(Control.port(args)).open(c -> Echo.run(c.input(), c.output()))) {
            WeftServers.serve(server);
        }
    }
}
