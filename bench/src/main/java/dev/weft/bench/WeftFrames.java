package dev.weft.bench;

import java.io.IOException;

import dev.weft.message.Messages;

/** {@code WeftFrames [PORT]}: each Pruina message answered by a named hook under the same id, with the same data, on Weft's Messages. */
final class WeftFrames {
    private WeftFrames() {}

    static void main(String[] args) throws IOException {
        var messages = new Messages().on("client msg", (m, client) -> client.send(m.reply("server response", m.data())));
        try (var server = messages.open(WeftServers.at(Control.port(args)))) {
            WeftServers.serve(server);
        }
    }
}
