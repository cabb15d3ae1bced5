package dev.weft.queue;

import dev.weft.net.Connection;
import dev.weft.net.support.SafeText;

/** The peer of a connection, in messages: the name of a Unix socket is what the peer has chosen. */
final class Remote {
    private Remote() {}

    static String name(Connection connection) {
        return SafeText.oneLine(connection.remote().toString());
    }
}
