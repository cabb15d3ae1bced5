package dev.weft.bench;

import java.io.IOException;
import java.util.Locale;

import dev.weft.net.Connection;
import dev.weft.net.Framing;
import dev.weft.net.Handler;

/**
 * {@code WeftLines [PORT] [bytes|text]}: each line upper-cased and answered on Weft, as arrays of bytes like Netty's pipeline does it, or as
 * strings, which is the shortest program.
 */
final class WeftLines {
    private WeftLines() {}

    static void main(String[] args) throws IOException {
        Handler handler = Control.argument(args, 1, "bytes").equals("text") ? WeftLines::text : WeftLines::bytes;
        try (var server = WeftServers.at(Control.port(args)).open(handler)) {
            WeftServers.serve(server);
        }
    }

    private static void bytes(Connection c) throws IOException {
        var lines = c.frames(Framing.delimited("\n"));
        for (var line : lines) {
            UpperCase.inPlace(line);
            lines.write(line);
        }
    }

    private static void text(Connection c) throws IOException {
        var lines = c.lines();
        for (var line : lines) {
            lines.write(line.toUpperCase(Locale.ROOT));
        }
    }
}
